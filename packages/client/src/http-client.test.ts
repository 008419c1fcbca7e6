import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { auditExport, authApi, troubleshootApi } from "@sallyport/protocol";
import { expect, onTestFinished, test, vi } from "vitest";
import { HttpClient } from "./http-client.ts";

const RUN = {
  tool: "ping",
  target: "a.example",
  location: "control-plane",
  status: "success",
  output: "é\n",
  truncated: false,
  result: null,
  error: null,
  started_at: "2026-11-26T12:00:00.000Z",
  duration_ms: 5,
  exit_code: 0,
};
const line = (value: object) => `${JSON.stringify(value)}\n`;
const OUTPUT = line({ type: "output", data: "é\n" });
const RESULT = line({ type: "result", data: RUN });

/** Follows a run whose answer comes in these pieces. */
async function follow(pieces: readonly Uint8Array[], type = "application/x-ndjson", status = 200) {
  const told: unknown[] = [];
  let accepted: string | null = null;
  const client = new HttpClient({
    baseUrl: "http://door.example",
    fetch: async (_url, init) => {
      accepted = new Headers(init?.headers).get("accept");
      const body = new ReadableStream({
        start(controller) {
          for (const piece of pieces) controller.enqueue(piece);
          controller.close();
        },
      });
      return new Response(body, { status, headers: { "content-type": type } });
    },
  });
  const options = { onProgress: (progress: unknown) => told.push(progress), timeoutMs: 10_000 };
  const run = await client
    .follow(troubleshootApi, "run", { org_id: "o", tool: "ping", target: "a.example" }, options)
    .catch((error: unknown) => error);
  return { run, told, accepted };
}
const bytes = (text: string) => new TextEncoder().encode(text);

test("what is told comes as it is told, whatever pieces it travels in, and the answer at its end", async () => {
  const whole = bytes(OUTPUT + OUTPUT + RESULT);
  for (const size of [1, 7, whole.length]) {
    const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, n) =>
      whole.subarray(n * size, (n + 1) * size),
    );
    const { run, told, accepted } = await follow(pieces);
    expect(run).toEqual(RUN);
    expect(told).toEqual([JSON.parse(OUTPUT), JSON.parse(OUTPUT)]);
    expect(accepted).toBe("application/x-ndjson");
  }
});

test("a server that does not stream is understood, too, and so is its refusal", async () => {
  const envelope = JSON.stringify({ success: true, data: RUN, error: null });
  expect((await follow([bytes(envelope)], "application/json")).run).toEqual(RUN);
  const refusal = JSON.stringify({ success: false, data: null, error: { code: "RATE_LIMITED", message: "wait" } });
  expect((await follow([bytes(refusal)], "application/json", 429)).run).toMatchObject({ code: "RATE_LIMITED" });
});

test("what goes wrong after it had begun is thrown as the catalogue's code", async () => {
  const failure = line({ type: "error", error: { code: "AUDIT_UNAVAILABLE", message: "not written" } });
  const { run, told } = await follow([bytes(OUTPUT + failure)]);
  expect(run).toMatchObject({ name: "RemoteError", code: "AUDIT_UNAVAILABLE" });
  expect(told).toHaveLength(1);
});

test.each([
  ["breaks off", OUTPUT],
  ["breaks off in a line", OUTPUT + RESULT.slice(0, -5)],
  ["is nothing of ours", "<html>\n"],
  ["tells what nobody knows", line({ type: "surprise" })],
  ["is empty", ""],
])("an answer that %s is UNREACHABLE", async (_, text) => {
  expect((await follow([bytes(text)])).run).toMatchObject({ name: "RemoteError", code: "UNREACHABLE" });
});

test("a run that is never answered is given up, also when garbage was collected meanwhile", async () => {
  setFlagsFromString("--expose-gc");
  const collecting = setInterval(runInNewContext("gc") as () => void, 20);
  const server = http.createServer(() => {}).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = new HttpClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const options = { onProgress: () => {}, timeoutMs: 300, signal: new AbortController().signal };
  const run = client.follow(troubleshootApi, "run", { org_id: "o", tool: "ping", target: "a.example" }, options);
  await expect(run).rejects.toMatchObject({ code: "UNREACHABLE" });
  clearInterval(collecting);
  server.close();
});

test("a call that is never answered is given up, by a timer that keeps the process up until then", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const client = new HttpClient({
    baseUrl: "http://door.example",
    timeoutMs: 5_000,
    fetch: (_url, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason))),
  });
  const call = client.call(authApi.me, {}).catch((error: unknown) => error);
  // Node's own timeout signals hold no process, and know no fake time.
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await call).toMatchObject({ code: "UNREACHABLE", message: expect.stringContaining("no answer in time") });
});

test("a call that was answered leaves no timer", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const refusal = { success: false, data: null, error: { code: "UNAUTHORIZED", message: "no" } };
  const client = new HttpClient({
    baseUrl: "http://door.example",
    fetch: async () => new Response(JSON.stringify(refusal), { status: 401 }),
  });
  await expect(client.call(authApi.me, {})).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  expect(vi.getTimerCount()).toBe(0);
});

test("a file is asked for with what is given, and comes as it is; a refusal comes in the catalogue's words", async () => {
  const asked: string[] = [];
  const answering = (response: Response) =>
    new HttpClient({
      baseUrl: "http://door.example",
      fetch: async (url) => {
        asked.push(String(url));
        return response;
      },
    });
  const { signal } = new AbortController();
  const query = { org_id: "o", text: "50%", format: "csv" } as const;
  const file = new Response("a,b\r\n", { headers: { "content-type": "text/csv; charset=utf-8" } });
  const got = await answering(file).download(auditExport, { ...query, event: undefined }, signal);
  expect(await got.text()).toBe("a,b\r\n");
  expect(asked).toEqual(["http://door.example/api/audit/export?org_id=o&text=50%25&format=csv"]);

  const refusal = { success: false, data: null, error: { code: "FORBIDDEN", message: "no" } };
  const refused = answering(Response.json(refusal, { status: 403 })).download(auditExport, query, signal);
  await expect(refused).rejects.toMatchObject({ status: 403, code: "FORBIDDEN" });
  const elsewhere = new Response("<html>", { headers: { "content-type": "text/html" } });
  await expect(answering(elsewhere).download(auditExport, query, signal)).rejects.toMatchObject({
    code: "UNREACHABLE",
  });
  const foreign = answering(Response.json({ success: true, data: 1 })).download(auditExport, query, signal);
  await expect(foreign).rejects.toMatchObject({ code: "UNREACHABLE" });
});
