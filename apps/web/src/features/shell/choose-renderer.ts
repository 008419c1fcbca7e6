import { WebglAddon } from "@xterm/addon-webgl";
import type { Terminal } from "@xterm/xterm";

export type Renderer = "auto" | "dom" | "webgl";

/**
 * Draws with the graphics card where there is one; with text as elements where there is none, it fails, or it is
 * taken away. The two measure a cell differently: fit after this, and again at `onFallback`.
 */
export function chooseRenderer(terminal: Terminal, renderer: Renderer, onFallback: () => void): void {
  if (renderer === "dom" || (renderer === "auto" && !hasGraphicsCard())) return;
  try {
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => {
      webgl.dispose();
      onFallback();
    });
    terminal.loadAddon(webgl);
  } catch {
    // xterm.js goes on with elements.
  }
}

/** WebGL that the processor computes is three times slower than elements (measured: stack.md, section 8). */
function hasGraphicsCard(): boolean {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}
