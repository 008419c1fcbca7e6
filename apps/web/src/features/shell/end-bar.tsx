import type { SessionState } from "@sallyport/client";
import type { MachineView } from "@sallyport/protocol";
import { Link, useLocation } from "@tanstack/react-router";
import { AppWindow, RotateCw } from "lucide-react";
import { type ReactNode, useEffect, useEffectEvent } from "react";
import { fullTime } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { Button, buttonClass, Kbd } from "../../ui/index.tsx";
import { describeEnd, describeRefusal, type EndWords } from "./describe-end.ts";

interface EndBarProps {
  state: SessionState;
  machine: MachineView | undefined;
  /** Begins a new session. */
  onNew: () => void;
  /** Tries once more what was refused. */
  onRetry: () => void;
  onTakeOver: () => void;
}

/** Somebody who was typing when the session ended has probably pressed Enter for the shell, not for us. */
const ENTER_RESTS_MS = 700;
const ICON = { className: "size-3.5", "aria-hidden": true } as const;

/** Under the terminal, so that the last output stays in sight: why nothing can be typed now, and what can be done. */
export function EndBar({ state, machine, onNew, onRetry, onTakeOver }: EndBarProps) {
  const { href } = useLocation();
  switch (state.state) {
    case "ended": {
      const words = describeEnd(state);
      return (
        <Bar label={t("End of session")} words={words} onEnter={onNew}>
          <Choice words={t("New session")} icon={<RotateCw {...ICON} />} onChoose={onNew} />
        </Bar>
      );
    }
    case "refused": {
      const words = describeRefusal(state);
      if (state.code === "UNAUTHORIZED") {
        return (
          <Bar label={t("End of session")} words={words}>
            <Link to="/sign-in" search={{ next: href }} className={buttonClass("primary", "small")}>
              {t("Sign in")}
            </Link>
          </Bar>
        );
      }
      const isBack =
        state.code === "MACHINE_OFFLINE" && machine?.status === "online" && machine.admin_disabled === false;
      const hint = isBack ? { ...words, detail: t("{{name}} is online now.", { name: machine.name }) } : words;
      // A session that is not there any more is not there the next time either.
      const again = state.code === "NOT_FOUND" ? onNew : onRetry;
      return (
        <Bar label={t("End of session")} words={hint} onEnter={again}>
          <Choice
            words={state.code === "NOT_FOUND" ? t("New session") : t("Try again")}
            icon={<RotateCw {...ICON} />}
            onChoose={again}
          />
        </Bar>
      );
    }
    case "elsewhere": {
      const { attached_at, ip_address } = state.session;
      const time = attached_at ? fullTime(attached_at) : "";
      const since = !time
        ? ""
        : ip_address
          ? t("Since {{time}}, from {{ip_address}}.", { time, ip_address })
          : t("Since {{time}}.", { time });
      const words: EndWords = {
        kind: "done",
        title: t("This session is open in another window"),
        detail: t("{{since}} Taking it over closes it there; nothing is lost.", { since }).trim(),
      };
      return (
        <Bar label={t("Open in another window")} words={words}>
          <Choice words={t("Take over")} icon={<AppWindow {...ICON} />} onChoose={onTakeOver} />
        </Bar>
      );
    }
    case "taken_over": {
      const words: EndWords = {
        kind: "done",
        title: t("Another window has taken this session over"),
        detail: t("What is shown here is how it was then."),
      };
      return (
        <Bar label={t("Taken over in another window")} words={words}>
          <Choice words={t("Take it back")} icon={<AppWindow {...ICON} />} onChoose={onTakeOver} />
        </Bar>
      );
    }
    default:
      return null;
  }
}

interface BarProps {
  label: string;
  words: EndWords;
  /** What Enter does, wherever the focus is. */
  onEnter?: () => void;
  children: ReactNode;
}

function Bar({ label, words: { title, detail, kind }, onEnter, children }: BarProps) {
  useEnter(onEnter);
  return (
    <section
      role={kind === "lost" ? "alert" : "status"}
      aria-label={label}
      className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-line border-t bg-surface px-4 py-2.5"
    >
      <div className="min-w-0 flex-1 basis-64">
        <p className={`wrap-break-word font-medium text-sm ${kind === "lost" ? "text-danger" : "text-ink"}`}>{title}</p>
        {detail && <p className="wrap-break-word text-ink-2 text-sm">{detail}</p>}
      </div>
      <div className="flex items-center gap-2">
        <Link to="/machines" className={buttonClass("quiet", "small")}>
          {t("Machines")}
        </Link>
        {children}
        {onEnter && (
          <span className="pointer-coarse:hidden" aria-hidden="true">
            <Kbd>Enter</Kbd>
          </span>
        )}
      </div>
    </section>
  );
}

const Choice = ({ words, icon, onChoose }: { words: string; icon: ReactNode; onChoose: () => void }) => (
  <Button look="primary" size="small" icon={icon} onClick={onChoose}>
    {words}
  </Button>
);

function useEnter(act: (() => void) | undefined): void {
  const isWanted = act !== undefined;
  const onEnter = useEffectEvent(() => act?.());

  useEffect(() => {
    if (!isWanted) return;
    const sinceMs = performance.now();
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      if (performance.now() - sinceMs < ENTER_RESTS_MS || isControl(event.target)) return;
      event.preventDefault();
      onEnter();
    };
    // On the way down: xterm.js lets no Enter rise.
    document.addEventListener("keydown", onKeyDown, { capture: true });
    return () => document.removeEventListener("keydown", onKeyDown, { capture: true });
  }, [isWanted]);
}

/** A button or a field of the page, not the terminal's own hidden field. */
const isControl = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("button, a, input, dialog, [role=menu]") !== null &&
  target.closest(".xterm") === null;
