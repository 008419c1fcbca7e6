/**
 * Puts text on the clipboard; false when the browser refused.
 *
 * `navigator.clipboard` exists on https and loopback only. A dashboard on plain http in a home network copies
 * through the older command, which hands us the `copy` event to fill.
 */
export async function copyText(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Permission refused, or the page lost focus: the older command may still be allowed.
    }
  }
  let copied = false;
  const fill = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
    copied = true;
  };
  document.addEventListener("copy", fill, { capture: true });
  const done = document.execCommand("copy");
  document.removeEventListener("copy", fill, { capture: true });
  return done && copied;
}

/** Whether this browser lets a page read the clipboard after a click. */
export const mayReadClipboard = (): boolean => window.isSecureContext && "readText" in navigator.clipboard;
