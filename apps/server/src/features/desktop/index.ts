export { bindDesktop } from "./desktop.http.ts";
export { DesktopDelivery } from "./desktop-delivery.ts";
export { DesktopWatch } from "./desktop-watch.ts";
