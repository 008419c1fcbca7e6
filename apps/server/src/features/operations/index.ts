export { bindOperations } from "./operations.http.ts";
export { operatorCommands } from "./operator-commands.ts";
