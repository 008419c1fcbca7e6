/** A connection to an X server, in promises. */
import type { XClient, XScreen } from "x11";

export interface X11Connection {
  client: XClient;
  screen: XScreen;
  /** @throws Error when the X server does not have it */
  // biome-ignore lint/suspicious/noExplicitAny: each extension is an object of its own shape, which its user names.
  extension(name: string): Promise<any>;
  close(): void;
}

/**
 * @param xauthority the file with the cookies of the display; the one of the environment if undefined
 * @param lost the server ended, or took the connection away; once, and not after `close`
 * @throws Error when no X server answers there, or it lets nobody in
 */
export async function openX11(
  display: string,
  { xauthority, lost }: { xauthority?: string | undefined; lost?: (reason: string) => void } = {},
): Promise<X11Connection> {
  const { default: x11 } = await import("x11");
  // The package, and the library that reads the screen, look nowhere else.
  if (xauthority !== undefined) process.env.XAUTHORITY = xauthority;
  let isOver = false;
  const over = (reason: string) => {
    if (isOver) return;
    isOver = true;
    lost?.(reason);
  };
  const client = await new Promise<XClient>((resolve, reject) => {
    const connecting: XClient = x11.createClient({ display, shm: false }, (error) => {
      if (error) reject(new Error(`the X server at ${display} cannot be reached: ${error.message}`));
      else resolve(connecting);
    });
    // Requests that came too late for what they are about fail one by one; only the connection's own end is an end.
    connecting.on("error", (error: Error & { code?: unknown }) => {
      if (typeof error.code === "string") over(`the X server at ${display} is gone: ${error.code}`);
    });
    connecting.on("end", () => over(`the X server at ${display} ended`));
  });
  const [screen] = client.display.screen;
  if (!screen) throw new Error(`the X server at ${display} has no screen`);
  return {
    client,
    screen,
    extension: (name) =>
      new Promise((resolve, reject) => {
        client.require(name, (error, extension) => {
          if (error) reject(new Error(`the X server at ${display} has no ${name} extension`));
          else resolve(extension);
        });
      }),
    close: () => {
      isOver = true;
      client.terminate();
    },
  };
}
