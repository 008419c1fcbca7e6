import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { TestDisplay } from "../../testing/test-display.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { openX11, parseDisplay } from "./x11-connection.ts";
import { encodeCookieFile } from "./xauthority.ts";

test.each([
  [":0", { host: "", number: 0 }],
  ["unix:1.0", { host: "", number: 1 }],
  ["localhost:10.0", { host: "localhost", number: 10 }],
  ["", undefined],
  ["0", undefined],
  [":0; rm", undefined],
  ["/tmp/socket:0", undefined],
])("%s is the display %j", (text, place) => expect(parseDisplay(text)).toEqual(place));

test("what cannot be opened says why", async () => {
  await expect(openX11(":9877")).rejects.toThrow("there is no X display :9877");
  await expect(openX11("screen")).rejects.toThrow("screen is no X display; one is written :0, or host:0");
  const notX = createServer((socket) => socket.end("220 mail.example.com\r\n".repeat(40)));
  await new Promise<void>((resolve) => notX.listen(6_000 + 321, "127.0.0.1", resolve));
  await expect(openX11("127.0.0.1:321")).rejects.toThrow(/cannot be reached|has no screen|does not answer/);
  notX.close();
});

test("a server is opened with its cookie, and with no other", async () => {
  const folder = mkdtempSync(join(tmpdir(), "x11-connection-"));
  const [right, wrong] = [join(folder, "right"), join(folder, "wrong")];
  writeFileSync(right, encodeCookieFile(undefined, Buffer.alloc(16, 7)));
  writeFileSync(wrong, encodeCookieFile(undefined, Buffer.alloc(16, 8)));
  const server = await TestDisplay.start(["-auth", right]);
  try {
    for (const xauthority of [wrong, "/nowhere"]) {
      await expect(openX11(server.name, { xauthority })).rejects.toThrow(/does not let this user in/);
    }
    const connection = await openX11(server.name, { xauthority: right });
    expect(connection.screen.pixel_width).toBe(1280);
    connection.close();
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});

test("errors end what asked for them; the end of the server ends the rest, and is told once", async () => {
  const server = await TestDisplay.start();
  const lost = vi.fn();
  const connection = await openX11(server.name, { lost });
  const closed = await openX11(server.name, { lost });
  closed.close();
  // Without an answer nobody is told, and with one whoever asked.
  connection.client.DestroyWindow(0x7fff_ffff);
  const noWindow = connection.ask((reply) => connection.client.GetGeometry(0x7fff_ffff, reply));
  await expect(noWindow).rejects.toThrow("the X server refused a request: Bad drawable");
  await connection.sync();
  await expect(connection.extension("no-such-extension")).rejects.toThrow(/has no no-such-extension/);
  expect(lost).not.toHaveBeenCalled();

  const endless = connection.ask<never>(() => {});
  endless.catch(() => {});
  server.kill();
  await expect(endless).rejects.toThrow(/has ended|is gone/);
  await waitFor(() => expect(lost).toHaveBeenCalledTimes(1));
  await expect(connection.sync()).rejects.toThrow(/has ended|is gone/);
  connection.client.DestroyWindow(1);
  await server.stop();
  expect(lost).toHaveBeenCalledTimes(1);
});

test("several servers number their atoms each for itself", async () => {
  const [one, two] = await Promise.all([TestDisplay.start(), TestDisplay.start()]);
  const first = await one.connect();
  const second = await two.connect();
  await first.atom("ONLY_HERE");
  const there = await second.atom("ONLY_THERE");
  expect(await first.atom("ONLY_THERE")).not.toBe(there);
  await Promise.all([one.stop(), two.stop()]);
});
