import type { MachineView } from "@sallyport/protocol";
import { Link } from "@tanstack/react-router";
import { RotateCw } from "lucide-react";
import { useEffect } from "react";
import { errorCode } from "../../api/errors.ts";
import { Button, buttonClass, Kbd } from "../../ui/index.tsx";
import { describeEnd, describeRefusal, describeUnopened, type EndWords } from "./describe-end.ts";
import type { ShellState } from "./shell-connection.ts";

interface EndBarProps {
  state: ShellState;
  machine: MachineView | undefined;
  onRestart: () => void;
}

/** Somebody who was typing when the session ended has probably pressed Enter for the shell, not for us. */
const ENTER_RESTS_MS = 700;

/** Under the terminal, so that the last output stays in sight: how the session ended and the way to a new one. */
export function EndBar({ state, machine, onRestart }: EndBarProps) {
  const words = endWords(state);

  useEffect(() => {
    const sinceMs = performance.now();
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      if (performance.now() - sinceMs < ENTER_RESTS_MS || isControl(event.target)) return;
      event.preventDefault();
      onRestart();
    };
    // On the way down: xterm.js lets no Enter rise.
    document.addEventListener("keydown", onKeyDown, { capture: true });
    return () => document.removeEventListener("keydown", onKeyDown, { capture: true });
  }, [onRestart]);

  if (!words) return null;
  const { title, detail, kind } = words;
  const wasOffline = state.phase === "refused" && errorCode(state.error) === "MACHINE_OFFLINE";
  const isBack = wasOffline && machine?.status === "online" && !machine.admin_disabled;
  return (
    <section
      role={kind === "lost" ? "alert" : "status"}
      aria-label="End of session"
      className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-line border-t bg-surface px-4 py-2.5"
    >
      <div className="min-w-0 flex-1 basis-64">
        <p className={`wrap-break-word font-medium text-sm ${kind === "lost" ? "text-danger" : "text-ink"}`}>{title}</p>
        {(isBack || detail) && (
          <p className="wrap-break-word text-ink-2 text-sm">{isBack ? `${machine.name} is online now.` : detail}</p>
        )}
      </div>
      <div className="flex items-center gap-2">
        <Link to="/machines" className={buttonClass("quiet", "small")}>
          Machines
        </Link>
        <Button
          look="primary"
          size="small"
          icon={<RotateCw className="size-3.5" aria-hidden="true" />}
          onClick={onRestart}
        >
          {kind === "lost" ? "Reconnect" : "New session"}
        </Button>
        <span className="pointer-coarse:hidden" aria-hidden="true">
          <Kbd>Enter</Kbd>
        </span>
      </div>
    </section>
  );
}

function endWords(state: ShellState): EndWords | undefined {
  if (state.phase === "refused") return describeRefusal(state.error);
  if (state.phase !== "ended") return undefined;
  return state.wasOpen ? describeEnd(state.end) : describeUnopened(state.end);
}

/** A button or a field of the page, not the terminal's own hidden field. */
const isControl = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("button, a, input, dialog, [role=menu]") !== null &&
  target.closest(".xterm") === null;
