import { EXEC_COMMAND_CHARS, type MachineView, type Membership } from "@sallyport/protocol";
import { Play } from "lucide-react";
import { type KeyboardEvent, type Ref, useId, useState } from "react";
import { rich } from "../../lib/rich-text.tsx";
import { plural, t } from "../../lib/texts.ts";
import { Button, inputClass, Kbd, Notice, Select } from "../../ui/index.tsx";
import { shellRefusal } from "../machines/index.ts";
import { judgeChosen, type MachineFilter } from "./choose-machines.ts";
import { ConfirmRunDialog } from "./confirm-run-dialog.tsx";
import type { RunRequest } from "./live-runs.ts";
import { MachinePicker } from "./machine-picker.tsx";
import { TIMEOUTS, timeoutFrom, timeoutValue } from "./timeouts.ts";

/** What is written in the form. */
export interface Draft {
  command: string;
  timeoutSeconds: number | null;
  machineIds: ReadonlySet<string>;
}

interface CommandFormProps {
  org: Membership;
  machines: readonly MachineView[];
  draft: Draft;
  onDraft: (draft: Draft) => void;
  filter: MachineFilter;
  onFilter: (filter: MachineFilter) => void;
  onRun: (request: RunRequest) => void;
  search: Ref<HTMLInputElement>;
}

/** One command, and the machines to run it on. */
export function CommandForm({ org, machines, draft, onDraft, filter, onFilter, onRun, search }: CommandFormProps) {
  const id = useId();
  const [asking, setAsking] = useState<RunRequest>();
  const { command, timeoutSeconds, machineIds } = draft;
  const { ready, unable } = judgeChosen(machines, machineIds, (machine) => shellRefusal(machine, org.role));
  const problem = problemOf(command);
  const missing =
    command.trim() === "" ? t("Write a command first") : ready.length === 0 ? t("Choose a machine first") : undefined;

  const submit = () => {
    if (missing !== undefined || problem !== undefined) return;
    const targets = ready.map(({ id, name }) => ({ id, name }));
    const request = { orgId: org.id, command, timeoutSeconds, targets };
    if (targets.length === 1) onRun(request);
    else setAsking(request);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
  };
  const [only] = ready;

  return (
    <form
      aria-label={t("Run a command")}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={onKeyDown}
      className="grid gap-x-6 gap-y-5 rounded-lg border border-line bg-surface p-4 shadow-card md:grid-cols-2"
    >
      <div className="grid min-w-0 content-start gap-4">
        <div className="grid gap-1.5">
          <label htmlFor={`${id}-command`} className="font-medium text-ink text-sm">
            {t("Command")}
          </label>
          <textarea
            id={`${id}-command`}
            value={command}
            onChange={(event) => onDraft({ ...draft, command: event.target.value })}
            rows={6}
            placeholder="uptime"
            autoCapitalize="off"
            autoComplete="off"
            autoCorrect="off"
            spellCheck={false}
            aria-invalid={problem ? true : undefined}
            aria-describedby={`${id}-note`}
            className={`${inputClass} h-auto! resize-y py-2 font-mono`}
          />
          <p id={`${id}-note`} className={`text-xs ${problem ? "text-danger" : "text-ink-3"}`}>
            {problem ??
              t("Run by /bin/sh on each machine, as its agent's account, without input. May have several lines.")}
          </p>
        </div>
        <div className="w-44">
          <Select
            label={t("Time limit")}
            options={TIMEOUTS}
            value={timeoutValue(timeoutSeconds)}
            onChange={(value) => onDraft({ ...draft, timeoutSeconds: timeoutFrom(value) })}
          />
        </div>
      </div>
      <fieldset className="grid min-w-0 content-start gap-1.5">
        <legend className="mb-1.5 font-medium text-ink text-sm">{t("Machines")}</legend>
        <MachinePicker
          machines={machines}
          filter={filter}
          onFilter={onFilter}
          chosen={machineIds}
          onChoose={(chosen) => onDraft({ ...draft, machineIds: chosen })}
          search={search}
        />
      </fieldset>
      {unable.length > 0 && (
        <div className="md:col-span-2">
          <Notice tone="warn" title={unableWords(unable.length)}>
            {unable
              .slice(0, 5)
              .map(({ machine, why }) => `${machine.name}: ${why}`)
              .join("; ")}
            {unable.length > 5 && t("; and {{number}} more", { number: unable.length - 5 })}
          </Notice>
        </div>
      )}
      <div className="flex flex-wrap items-center justify-end gap-3 border-line border-t pt-4 md:col-span-2">
        {missing !== undefined && <p className="text-ink-3 text-sm">{missing}</p>}
        <span className="flex gap-1 pointer-coarse:hidden" aria-hidden="true">
          <Kbd>Ctrl</Kbd>
          <Kbd>Enter</Kbd>
        </span>
        <Button
          type="submit"
          look="primary"
          disabled={missing !== undefined || problem !== undefined}
          icon={<Play className="size-4" aria-hidden="true" />}
        >
          {ready.length > 1
            ? t("Run on {{number}} machines", { number: ready.length })
            : only
              ? rich(t("Run on <0>"), <bdi className="max-w-40 truncate">{only.name}</bdi>)
              : t("Run")}
        </Button>
      </div>
      {asking && (
        <ConfirmRunDialog
          request={asking}
          onRun={() => {
            setAsking(undefined);
            onRun(asking);
          }}
          onClose={() => setAsking(undefined)}
        />
      )}
    </form>
  );
}

function problemOf(command: string): string | undefined {
  if (command.length > EXEC_COMMAND_CHARS) {
    return t("At most {{most}} characters; this has {{number}}", { most: EXEC_COMMAND_CHARS, number: command.length });
  }
  return command.includes("\0") ? t("It has a NUL character in it") : undefined;
}

const unableWords = (count: number): string =>
  plural(count, {
    one: "{{count, number}} chosen machine is left out",
    other: "{{count, number}} chosen machines are left out",
  });
