/**
 * Makes xterm.js live with our content security policy, which allows no <style> element without the page's nonce and
 * no `style` attribute written as text. xterm.js 6 has an option for neither, and parts of it ask the page's own
 * `document` for elements even where `documentOverride` is set (DomRenderer.ts: the row factory; CoreBrowserTerminal.ts:
 * `??` before `?:`). So `document.createElement` itself prepares what it makes, from the first terminal on.
 *
 * This opens nothing: whoever can call it is a script that the policy already let in.
 */
const makeElement = Document.prototype.createElement;

export function prepareElements(): void {
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

  function createElement(this: Document, tagName: string, options?: ElementCreationOptions): HTMLElement {
    const element: HTMLElement = makeElement.call(this, tagName, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    // Colours beyond the palette are written as attributes, one span of a row at a time.
    else if (element instanceof HTMLSpanElement) element.setAttribute = setAttribute;
    return element;
  }

  Object.defineProperty(document, "createElement", { value: createElement, configurable: true, writable: true });
}

/** Does through the object model, which the policy trusts, what a style attribute would do. */
function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}
