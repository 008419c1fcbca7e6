export { Dashboards } from "./dashboard.live.ts";
export { RecordWatch } from "./record-watch.ts";
