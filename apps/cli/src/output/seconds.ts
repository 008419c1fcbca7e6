/** An instant as people read it: UTC, to the second. */
export const seconds = (instant: string): string => instant.replace("T", " ").slice(0, 19);
