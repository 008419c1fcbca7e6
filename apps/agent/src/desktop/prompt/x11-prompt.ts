/**
 * Asks the person at the machine whether somebody may see the screen.
 *
 * Only a person's own hands count. What a viewer does comes from the devices of XTEST, and so does what a program does
 * in a viewer's name: XInput 2 tells the device that an event comes from, and those of XTEST are passed over. Events
 * that a program sends (SendEvent) are core events, which are not listened to. Besides, `isUp` says that a prompt is
 * shown: meanwhile nothing of any viewer's input is passed on.
 */
import type { XEvent } from "x11";
import { onAbort } from "../../platform/on-abort.ts";
import { type Area, primaryMonitor } from "../x11/primary-monitor.ts";
import type { X11Connection } from "../x11/x11-connection.ts";
import { findXTestDevices } from "../x11/xtest-devices.ts";
import { Canvas, type Rectangle } from "./canvas.ts";
import { type AnswerEvent, type AnswerState, decideAnswer } from "./decide-answer.ts";
import { type Choice, type PromptLayout, type PromptText, promptLayout } from "./prompt-layout.ts";
import { TopWindow } from "./top-window.ts";

export interface PromptQuestion extends PromptText {
  /** Until it is refused by itself. */
  seconds: number;
}
export type PromptOutcome = "granted" | "refused" | "timed_out";

const ALL_MASTER_DEVICES = 1;
const LEFT_BUTTON = 1;
const TO_PARENT = 2;
const TICK_MS = 1_000;

export class X11Prompts {
  readonly #connect: (lost: () => void) => Promise<X11Connection>;
  #up = 0;
  /** They are shown one after the other: two would hide each other. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(connect: (lost: () => void) => Promise<X11Connection>) {
    this.#connect = connect;
  }

  /** Whether somebody is being asked: then the input of viewers is to be dropped. */
  get isUp(): boolean {
    return this.#up > 0;
  }

  /**
   * @param signal takes the question back; the answer is then `refused`, and of no meaning
   * @throws Error in words when it cannot be asked
   */
  async ask(question: PromptQuestion, signal: AbortSignal): Promise<PromptOutcome> {
    const deadline = performance.now() + question.seconds * 1_000;
    const before = this.#before;
    let done = () => {};
    this.#before = new Promise<void>((resolve) => {
      done = resolve;
    });
    try {
      const turn = before.then(() => "turn" as const);
      const first = await Promise.race([turn, untilOver(deadline, signal)]);
      if (signal.aborted) return "refused";
      if (first === "timed_out" || performance.now() >= deadline) return "timed_out";
      return await this.#show(question, deadline, signal);
    } finally {
      // Whoever comes next waits for all before.
      void before.then(done);
    }
  }

  async #show(question: PromptQuestion, deadline: number, signal: AbortSignal): Promise<PromptOutcome> {
    this.#up += 1;
    let lost = () => {};
    const over = new AbortController();
    const connection = await this.#connect(() => lost()).catch((error: unknown) => {
      this.#up -= 1;
      throw error;
    });
    try {
      if (performance.now() >= deadline) return "timed_out";
      return await new Promise<PromptOutcome>((resolve, reject) => {
        lost = () => resolve("refused");
        onAbort(signal, () => resolve("refused"));
        openWindow(connection, question, { deadline, over: over.signal, answered: resolve }).catch(reject);
      });
    } finally {
      over.abort();
      this.#up -= 1;
      // The window, and the keyboard that it had, go with the connection.
      connection.close();
    }
  }
}

/** Resolves when the time is over, or the signal aborted. Not asked of the clock again: timers may be early by it. */
function untilOver(deadline: number, signal: AbortSignal): Promise<"timed_out"> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("timed_out"), Math.max(deadline - performance.now(), 0));
    timer.unref();
    onAbort(signal, () => resolve("timed_out"));
  });
}

interface Asked {
  deadline: number;
  /** Aborted when it is answered, taken back, or cannot be shown any more. */
  over: AbortSignal;
  answered(outcome: PromptOutcome): void;
}

async function openWindow(connection: X11Connection, question: PromptQuestion, asked: Asked): Promise<void> {
  const { client, extension } = connection;
  const xinput = await extension("xinput");
  if (!xinput.xi2) throw new Error("the X server has no XInput 2, so it cannot be known who answers");
  const synthetic = await findXTestDevices(connection);
  const monitor = await primaryMonitor(connection);
  const canvas = await Canvas.open(connection, monitor.height);
  const keysyms = await keysymsOf(connection);
  const layout = promptLayout(canvas, question);
  const window = new TopWindow(connection, centred(monitor, layout, canvas.scale), {
    background: canvas.pixelOf("paper"),
    events: 0,
  });

  let state: AnswerState = {
    shownAt: performance.now(),
    focusedAt: undefined,
    pressedOn: undefined,
    selected: undefined,
  };
  let isOver = false;
  const draw = () => {
    const secondsLeft = Math.max(Math.ceil((asked.deadline - performance.now()) / 1_000), 0);
    layout.draw({ secondsLeft, selected: state.selected });
    canvas.show(window.id);
  };
  const end = (outcome: PromptOutcome) => {
    if (isOver) return;
    isOver = true;
    clearInterval(ticking);
    window.close();
    if (state.focusedAt === undefined || before === undefined) return asked.answered(outcome);
    // The keyboard goes back to who had it.
    client.SetInputFocus(before.focus, before.revertTo);
    connection.sync().then(
      () => asked.answered(outcome),
      () => asked.answered(outcome),
    );
  };
  const ticking = setInterval(() => {
    if (performance.now() >= asked.deadline) end("timed_out");
    else draw();
  }, TICK_MS);
  onAbort(asked.over, () => clearInterval(ticking));
  let before: { focus: number; revertTo: number } | undefined;

  const take = (event: AnswerEvent) => {
    if (isOver) return;
    const hadFocus = state.focusedAt !== undefined;
    const decided = decideAnswer(state, event);
    state = decided.state;
    if (!hadFocus && state.focusedAt !== undefined) {
      client.GetInputFocus((_, focus) => {
        before = focus;
        client.SetInputFocus(window.id, TO_PARENT);
        return true;
      });
    }
    if (decided.answer) end(decided.answer === "allow" ? "granted" : "refused");
    else draw();
  };
  client.on("event", (event) => {
    if (isOver) return;
    if (event.name === "Expose" && event.count === 0) return draw();
    if (synthetic.pointers.includes(event.sourceId) || synthetic.keyboards.includes(event.sourceId)) return;
    const answer = answerEvent(event, { layout, scale: canvas.scale, keysyms });
    if (answer) take(answer);
  });
  const mask = ["ButtonPress", "ButtonRelease", "KeyPress"];
  xinput.XISelectEvents(window.id, [{ deviceId: ALL_MASTER_DEVICES, mask }]);
  window.show();
}

interface Read {
  layout: PromptLayout;
  scale: number;
  keysyms: ReadonlyMap<number, number>;
}

function answerEvent(event: XEvent, { layout, scale, keysyms }: Read): AnswerEvent | undefined {
  const atMs = performance.now();
  if (event.name === "XIKeyPress") return { kind: "key", keysym: keysyms.get(event.detail) ?? 0, atMs };
  const kind = event.name === "XIButtonPress" ? "press" : event.name === "XIButtonRelease" ? "release" : undefined;
  if (!kind || event.detail !== LEFT_BUTTON) return undefined;
  const [x, y] = [event.x / scale, event.y / scale];
  const on = (["allow", "refuse"] as const).find((choice: Choice) => isWithin(layout.buttons[choice], x, y));
  return { kind, on, atMs };
}

const isWithin = (area: Rectangle, x: number, y: number): boolean =>
  x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height;

function centred(monitor: Area, layout: { width: number; height: number }, scale: number): Area {
  const [width, height] = [layout.width * scale, layout.height * scale];
  return {
    x: monitor.x + Math.round((monitor.width - width) / 2),
    y: monitor.y + Math.round((monitor.height - height) / 2),
    width,
    height,
  };
}

/** What the keys are without modifiers. */
async function keysymsOf({ client, ask }: X11Connection): Promise<ReadonlyMap<number, number>> {
  const { min_keycode: first, max_keycode: last } = client.display;
  const rows = await ask<number[][]>((reply) => client.GetKeyboardMapping(first, last - first + 1, reply));
  return new Map(rows.map((row, index) => [first + index, row[0] ?? 0]));
}
