export { authenticateSchedule } from "./authenticate-schedule.ts";
export { bindKeyExpiry } from "./key-expiry.http.ts";
export { KeyExpiry } from "./key-expiry.ts";
