export { RemoteTerminal } from "./remote-terminal.tsx";
