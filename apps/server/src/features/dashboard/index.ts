export { Dashboards } from "./dashboard.live.ts";
