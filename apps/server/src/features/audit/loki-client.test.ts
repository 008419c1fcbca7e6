import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, expect, test } from "vitest";
import { LokiClient } from "./loki-client.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const opened: http.Server[] = [];
afterEach(() => {
  for (const server of opened.splice(0)) server.close().closeAllConnections();
});
async function listen(answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer).listen(0, "127.0.0.1");
  opened.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("T6.3 an answer that never comes is given up, also when garbage was collected meanwhile", async () => {
  const client = new LokiClient(await listen(() => {}), undefined, 300);
  const collecting = setInterval(collectGarbage, 20);
  await expect(client.push([], new AbortController().signal)).rejects.toThrow(/^Loki does not answer \(.*in time\)$/);
  clearInterval(collecting);
});

test("T6.3 a body that does not end is given up, too", async () => {
  const url = await listen((_, response) => response.writeHead(500).write("half"));
  const pushed = new LokiClient(url, undefined, 300).push([], new AbortController().signal);
  await expect(pushed).rejects.toMatchObject({ name: "LokiError", status: undefined });
});

test("whoever stops does not wait for it", async () => {
  const stopping = new AbortController();
  const pushed = new LokiClient(await listen(() => stopping.abort()), undefined).push([], stopping.signal);
  await expect(pushed).rejects.toMatchObject({ name: "LokiError", status: undefined });
});
