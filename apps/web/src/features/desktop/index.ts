/** What every page may show of desktops. The viewer itself is in `desktop-page.tsx`, which is loaded when it is needed. */
export { showDesktop } from "./announce-desktop.ts";
export { ConsentRequests } from "./consent-requests.tsx";
export { desktopSettings, FRAME_RATES, QUALITIES } from "./desktop-settings.ts";
export { DesktopTable } from "./desktop-table.tsx";
export { desktopQueries, hasDesktops } from "./desktops.queries.ts";
export { OpenDesktop } from "./open-desktop.tsx";
export { useDesktops } from "./use-desktops.ts";
