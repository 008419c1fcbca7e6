import type { DesktopDisplay } from "@sallyport/protocol";
import { expect, test } from "vitest";
import type { InputEvent, InputSink } from "./input-sink.ts";
import { LateInput } from "./late-input.ts";

const display: DesktopDisplay = { id: "0", name: "", x: 0, y: 0, width: 1280, height: 800, primary: true };
const key = (code: string, down: boolean): InputEvent => ({ type: "key", code, key: code, down });
const release: InputEvent = { type: "release" };

function world() {
  const done: (InputEvent | "closed")[] = [];
  const sink: InputSink = { handle: (event) => done.push(event), close: () => done.push("closed") };
  let open = () => {};
  let fail = (_: Error) => {};
  const opening = new Promise<InputSink>((resolve, reject) => {
    open = () => resolve(sink);
    fail = reject;
  });
  return { input: new LateInput(opening), open: () => open(), fail: (error: Error) => fail(error), done };
}

test("what comes before it is open is done when it is, in its order, and what comes after it at once", async () => {
  const { input, open, done } = world();
  input.handle(key("KeyA", true), display);
  input.handle(release, display);
  expect(done).toEqual([]);
  open();
  await input.opened;
  input.handle(key("KeyB", true), display);
  expect(done).toEqual([key("KeyA", true), release, key("KeyB", true)]);
  input.close();
  input.handle(key("KeyC", true), display);
  expect(done.slice(3)).toEqual(["closed"]);
});

test("when more comes than anybody types, nothing of it stays down", async () => {
  const { input, open, done } = world();
  for (let at = 0; at <= 1_000; at += 1) input.handle(key("KeyA", at < 1_000), display);
  open();
  await input.opened;
  expect(done).toEqual([release]);
});

test("one that is closed before it is open does nothing but close; one that cannot be opened says why", async () => {
  const closed = world();
  closed.input.handle(key("KeyA", true), display);
  closed.input.close();
  closed.open();
  await closed.input.opened;
  expect(closed.done).toEqual(["closed"]);

  const missing = world();
  missing.input.handle(key("KeyA", true), display);
  missing.fail(new Error("no X server"));
  await expect(missing.input.opened).rejects.toThrow("no X server");
  missing.input.handle(release, display);
  expect(missing.done).toEqual([]);
});
