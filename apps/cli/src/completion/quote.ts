/** In single quotes, for bash and zsh. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** In single quotes, for fish. */
export const quoteFish = (text: string): string => `'${text.replace(/['\\]/g, "\\$&")}'`;
