export { NodeLease } from "./node-lease.ts";
export { nodeLives } from "./node-lives.ts";
