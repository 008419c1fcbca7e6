import { Fragment, type ReactNode } from "react";

/**
 * A text with elements in it, which a translation may move: `rich(t("Nothing enrols with <0> any more."), <b>{name}</b>)`.
 * `<0>` stands for the first of the parts.
 */
export const rich = (text: string, ...parts: readonly ReactNode[]): ReactNode =>
  text.split(/<(\d)>/).map((piece, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name, and none of them keeps anything
    <Fragment key={index}>{index % 2 === 0 ? piece : parts[Number(piece)]}</Fragment>
  ));
