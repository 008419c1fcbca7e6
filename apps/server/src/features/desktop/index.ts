export { bindDesktop } from "./desktop.http.ts";
export { desktopSocketRoute, desktopStreamRoute } from "./desktop.live.ts";
export { DesktopDelivery } from "./desktop-delivery.ts";
export { DesktopStreams } from "./desktop-streams.ts";
export { DesktopWatch } from "./desktop-watch.ts";
