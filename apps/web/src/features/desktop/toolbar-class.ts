/** Of a button in the bar that opens a menu; as an `IconButton` looks. */
export const MENU_BUTTON =
  "inline-flex size-8 items-center justify-center rounded-md text-ink-2 hover:bg-hover hover:text-ink aria-expanded:bg-hover pointer-coarse:size-10";
export const ICON = { className: "size-4", "aria-hidden": true } as const;
