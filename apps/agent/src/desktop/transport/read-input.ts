/** What a viewer says, from its text: hostile until it is parsed. */
import { DesktopInput } from "@sallyport/protocol";

/** Undefined for what is no message. */
export function readInput(text: string): DesktopInput | undefined {
  try {
    return DesktopInput.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
