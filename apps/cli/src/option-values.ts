/** Values of options, as commander wants them read. */
import { InvalidArgumentError } from "commander";

function wholeNumber(text: string, least: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least) return value;
  throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
}

export const countOption = (text: string): number => wholeNumber(text, 0);
export const positiveOption = (text: string): number => wholeNumber(text, 1);

/** Of an option that may be given several times. */
export const collect = (text: string, before: string[] = []): string[] => [...before, text];
