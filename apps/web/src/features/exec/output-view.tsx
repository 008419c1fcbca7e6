import { useMemo, useState } from "react";
import { plainText } from "../../lib/plain-text.ts";
import { t } from "../../lib/texts.ts";
import { Button, CopyButton } from "../../ui/index.tsx";
import type { CommandResult } from "./command-result.ts";

/** Lines that are drawn before somebody wants them all. */
const LINES_SHOWN = 200;

/** What a command wrote, its two streams told apart. */
export function OutputView({ output, state }: Pick<CommandResult, "output" | "state">) {
  if (!output) {
    return (
      <p className="text-ink-2 text-sm">
        {t(
          "Its output was not recorded. An owner can have it recorded from now on, in the settings of the organisation.",
        )}
      </p>
    );
  }
  const { stdout, stderr, isCut } = output;
  const isOver = state.is !== "running" && state.is !== "starting" && state.is !== "waiting";
  return (
    <div className="grid min-w-0 gap-2">
      {stdout === "" && stderr === "" && (
        <p className="text-ink-3 text-sm">{isOver ? t("It wrote nothing.") : t("Nothing is written yet.")}</p>
      )}
      {stdout !== "" && <Stream name="stdout" text={stdout} />}
      {stderr !== "" && <Stream name="stderr" text={stderr} />}
      {isCut && <p className="text-warn text-xs">{t("It wrote more: only the beginning is kept.")}</p>}
    </div>
  );
}

function Stream({ name, text }: { name: "stdout" | "stderr"; text: string }) {
  const [isWhole, setWhole] = useState(false);
  const shown = useMemo(() => plainText(text).replace(/\n$/, ""), [text]);
  const lines = shown.split("\n");
  const isLong = lines.length > LINES_SHOWN;
  const isError = name === "stderr";
  return (
    <section aria-label={name} className="min-w-0 overflow-hidden rounded-md border border-line bg-sunken">
      <header className="flex items-center justify-between gap-2 border-line border-b py-1 pr-1 pl-3">
        <span className={`font-mono text-xs ${isError ? "text-danger" : "text-ink-2"}`}>{name}</span>
        <CopyButton text={shown}>{t("Copy")}</CopyButton>
      </header>
      <pre
        className={`whitespace-pre-wrap wrap-anywhere px-3 py-2 font-mono text-xs ${isError ? "text-danger" : "text-ink"}`}
      >
        {isLong && !isWhole ? lines.slice(0, LINES_SHOWN).join("\n") : shown}
      </pre>
      {isLong && !isWhole && (
        <div className="border-line border-t p-1">
          <Button size="small" look="quiet" onClick={() => setWhole(true)}>
            {t("Show all {{number}} lines", { number: lines.length })}
          </Button>
        </div>
      )}
    </section>
  );
}
