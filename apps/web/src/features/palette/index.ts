export { CommandPalette, PALETTE_LABEL } from "./command-palette.tsx";
