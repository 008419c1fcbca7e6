import { Notice } from "../../ui/index.tsx";
import type { Refusal } from "./refused-field.ts";

/** What was refused and is about no field that is shown. */
export const Problems = ({ refusal }: { refusal: Refusal<string> | undefined }) =>
  refusal && refusal.field === undefined ? <Notice tone="danger" title={refusal.words} /> : null;
