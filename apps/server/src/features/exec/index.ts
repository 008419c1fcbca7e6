export { bindExec } from "./exec.http.ts";
