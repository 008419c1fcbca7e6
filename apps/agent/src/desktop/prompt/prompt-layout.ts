/** What the consent prompt looks like: where its texts and buttons are. */
import type { Canvas, Rectangle } from "./canvas.ts";
import { cutMiddle } from "./shown-text.ts";

export type Choice = "allow" | "refuse";

export interface PromptText {
  viewerEmail: string;
  /** What the viewer could do besides seeing the screen. */
  rights: { input: boolean; clipboard: boolean };
}

const PROMPT_WIDTH = 500;
const MARGIN = 24;
const GAP = 10;
const BUTTON = { width: 120, height: 34 };
const MAX_EMAIL_LINES = 2;

export interface PromptLayout {
  width: number;
  height: number;
  buttons: Record<Choice, Rectangle>;
  draw(state: { secondsLeft: number; selected: Choice | undefined }): void;
}

export function promptLayout(canvas: Canvas, { viewerEmail, rights }: PromptText): PromptLayout {
  const chars = canvas.charsIn(PROMPT_WIDTH - 2 * MARGIN, "bold");
  const email = cutMiddle(canvas.shown(viewerEmail, "bold"), MAX_EMAIL_LINES * chars);
  const emailLines = [email.slice(0, chars), email.slice(chars)].filter((line) => line !== "");
  const could = [
    "see everything on this screen",
    ...(rights.input ? ["use its keyboard and its mouse"] : []),
    ...(rights.clipboard ? ["read and change its clipboard"] : []),
  ];
  const line = canvas.lineHeight("text") + 4;
  const titleEnd = MARGIN + canvas.lineHeight("title") + GAP;
  const emailEnd = titleEnd + GAP + emailLines.length * line;
  const couldStart = emailEnd + line + GAP / 2;
  const couldEnd = couldStart + could.length * line;
  const buttonTop = couldEnd + 2 * GAP;
  const height = buttonTop + BUTTON.height + MARGIN;
  const allow = { x: PROMPT_WIDTH - MARGIN - BUTTON.width, y: buttonTop, ...BUTTON };
  const refuse = { ...allow, x: allow.x - GAP - BUTTON.width };

  function drawButton(area: Rectangle, name: string, isSelected: boolean): void {
    canvas.fill(area, "button");
    canvas.outline(area, isSelected ? "accent" : "line");
    if (isSelected) {
      const { x, y, width, height: high } = area;
      canvas.outline({ x: x + 1, y: y + 1, width: width - 2, height: high - 2 }, "accent");
    }
    const x = area.x + Math.round((area.width - canvas.widthOf(name, "bold")) / 2);
    canvas.text(name, x, area.y + Math.round((area.height - canvas.lineHeight("bold")) / 2), "bold", "ink");
  }

  return {
    width: PROMPT_WIDTH,
    height,
    buttons: { allow, refuse },
    draw({ secondsLeft, selected }) {
      canvas.clear(PROMPT_WIDTH, height, "paper");
      canvas.outline({ x: 0, y: 0, width: PROMPT_WIDTH, height }, "accent");
      canvas.fill({ x: 0, y: 0, width: PROMPT_WIDTH, height: 4 }, "accent");
      canvas.text("Somebody wants to see this screen", MARGIN, MARGIN, "title", "ink");
      emailLines.forEach((part, index) => {
        canvas.text(part, MARGIN, titleEnd + GAP + index * line, "bold", "accent");
      });
      canvas.text("asks to be let in, and could then", MARGIN, emailEnd, "text", "ink");
      could.forEach((what, index) => {
        const y = couldStart + index * line;
        canvas.fill({ x: MARGIN + 8, y: y + Math.round(line / 2) - 4, width: 4, height: 4 }, "faint");
        canvas.text(what, MARGIN + 22, y, "text", "ink");
      });
      const left = `refused in ${secondsLeft} s`;
      canvas.text(left, MARGIN, buttonTop + Math.round((BUTTON.height - line) / 2) + 2, "text", "faint");
      drawButton(refuse, "Refuse", selected === "refuse");
      drawButton(allow, "Allow", selected === "allow");
    },
  };
}
