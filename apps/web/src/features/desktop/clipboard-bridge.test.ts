import { CLIPBOARD_PART_CHARS, type DesktopInput } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { ClipboardBridge } from "./clipboard-bridge.ts";

function aBridge(rights = { to_machine: true, from_machine: true, max_bytes: 50_000 }) {
  const sent: DesktopInput[] = [];
  const bridge = new ClipboardBridge((message) => sent.push(message));
  bridge.setRights(rights);
  return { bridge, sent };
}

test("long text goes in parts", () => {
  const { bridge, sent } = aBridge();
  expect(bridge.toMachine("x".repeat(CLIPBOARD_PART_CHARS + 1))).toEqual({ outcome: "sent" });
  expect(sent).toHaveLength(2);
});

test("what is too large, in bytes, is refused with both sizes, and nothing of it is sent", () => {
  const { bridge, sent } = aBridge({ to_machine: true, from_machine: true, max_bytes: 10_000 });
  expect(bridge.toMachine("ä".repeat(6_000))).toMatchObject({ message: expect.stringMatching(/12 kB.*10 kB/) });
  expect(sent).toEqual([]);
});

test("a machine that takes nothing gets nothing, also before it has said so", () => {
  for (const rights of [undefined, { to_machine: false, from_machine: true, max_bytes: 1_000 }]) {
    const sent: DesktopInput[] = [];
    const bridge = new ClipboardBridge((message) => sent.push(message));
    if (rights) bridge.setRights(rights);
    expect(bridge.toMachine("secret").outcome).toBe("refused");
    expect(sent).toEqual([]);
  }
});

test("what came from the machine, or was sent already, is not sent to it again; to a new one it is", () => {
  const { bridge, sent } = aBridge();
  expect(bridge.fromMachine({ type: "clipboard", id: 1, part: 0, last: true, text: "copied there" })).toBe(
    "copied there",
  );
  bridge.toMachine("copied there");
  expect(sent).toEqual([]);
  bridge.toMachine("copied here");
  bridge.toMachine("copied here");
  expect(sent).toHaveLength(1);
  bridge.forget();
  bridge.toMachine("copied here");
  expect(sent).toHaveLength(2);
});
