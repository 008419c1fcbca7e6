export type { ApiKeyFilter } from "./api-key.ts";
