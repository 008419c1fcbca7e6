/** What of the `x11` package is used: it has no types of its own. */
declare module "x11" {
  import type { EventEmitter } from "node:events";

  export interface XScreen {
    root: number;
    pixel_width: number;
    pixel_height: number;
  }

  export interface XDisplay {
    client: XClient;
    screen: XScreen[];
  }

  type Reply<Result> = (error: Error | null | undefined, result: Result) => void;

  export interface XClient extends EventEmitter {
    display: XDisplay;
    AllocID(): number;
    sync(): Promise<void>;
    terminate(): void;
    // biome-ignore lint/suspicious/noExplicitAny: each extension adds its own requests to an object.
    require(extension: string, callback: Reply<any>): void;
  }

  interface Options {
    display: string;
    shm?: boolean;
  }
  const x11: { createClient(options: Options, callback: Reply<XDisplay>): XClient };
  export default x11;
}
