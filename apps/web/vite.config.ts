import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The first paint waits for the entry module, which applies the chosen theme: no flash, and no inline script. */
const paintAfterTheme: Plugin = {
  name: "sallyport:paint-after-theme",
  transformIndexHtml: {
    order: "post",
    handler: (html) => html.replace('<script type="module"', '<script blocking="render" type="module"'),
  },
};

export default defineConfig({
  plugins: [react(), tailwindcss(), paintAfterTheme],
  // Our own packages are read from their sources, so the dashboard needs no earlier build.
  resolve: { conditions: ["source", "module", "browser", "development|production"] },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    // The content security policy allows scripts by address only: nothing inline, no data URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    rolldownOptions: {
      output: {
        // zod and all that makes schemas of it, in one file in the order of the imports: split along the pages that use
        // them, schemas would be made before zod is told to do without `eval`.
        codeSplitting: {
          groups: [{ name: "protocol", test: /\/node_modules\/zod\/|\/zod-without-eval\.ts|\/packages\/protocol\// }],
        },
      },
    },
    // The terminal, which is loaded with its page.
    chunkSizeWarningLimit: 600,
  },
  server: {
    proxy: { "/api": { target: "http://127.0.0.1:8080", ws: true } },
  },
});
