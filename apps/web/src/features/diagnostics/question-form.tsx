import {
  DIAGNOSTIC_HOPS,
  DIAGNOSTIC_PINGS,
  DIAGNOSTIC_TARGET_CHARS,
  DIAGNOSTIC_TOOLS,
  type DiagnosticLocation,
  type DiagnosticTool,
} from "@sallyport/protocol";
import { Activity } from "lucide-react";
import { type Ref, useMemo, useState } from "react";
import { t } from "../../lib/texts.ts";
import { Button, CheckList, Field, inputClass, Select } from "../../ui/index.tsx";
import { LOCATIONS_MAX, problemsOf, type Question } from "./question.ts";

const TOOLS = (Object.keys(DIAGNOSTIC_TOOLS) as DiagnosticTool[]).map((tool) => ({ value: tool, words: tool }));

interface QuestionFormProps {
  question: Question;
  onQuestion: (question: Question) => void;
  locations: readonly DiagnosticLocation[];
  isRunning: boolean;
  onAsk: () => void;
  target: Ref<HTMLInputElement>;
}

/** Which tool, pointed at what, from where. */
export function QuestionForm({ question, onQuestion, locations, isRunning, onAsk, target }: QuestionFormProps) {
  const [search, setSearch] = useState("");
  const [isTried, setTried] = useState(false);
  const problems = problemsOf(question);
  const change = (to: Partial<Question>) => onQuestion({ ...question, ...to });
  const chosen = useMemo(() => new Set(question.locations), [question.locations]);

  const items = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    const known = new Set(locations.map(({ location }) => location));
    const gone = [...chosen]
      .filter((location) => !known.has(location))
      .map((location) => ({ id: location, words: location, problem: t("not connected") }));
    const isFull = chosen.size >= LOCATIONS_MAX;
    const there = locations
      .filter(({ label }) => label.toLowerCase().includes(wanted))
      .map(({ location, label }) => ({
        id: location,
        words: label,
        problem: isFull && !chosen.has(location) ? t("at most {{most}}", { most: LOCATIONS_MAX }) : undefined,
      }));
    return [...gone, ...there];
  }, [locations, search, chosen]);

  const toggle = (location: string) => {
    const next = new Set(chosen);
    if (!next.delete(location)) next.add(location);
    change({ locations: [...next] });
  };

  return (
    <form
      aria-label={t("Question")}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(problems).length === 0 && !isRunning) onAsk();
      }}
      className="grid gap-x-6 gap-y-4 rounded-lg border border-line bg-surface p-4 shadow-card md:grid-cols-2"
    >
      <div className="grid min-w-0 content-start gap-4">
        <Select
          label={t("Tool")}
          options={TOOLS}
          value={question.tool}
          onChange={(tool) => change({ tool })}
          hint={DIAGNOSTIC_TOOLS[question.tool]}
        />
        <Field
          ref={target}
          label={t("Target")}
          value={question.target}
          onChange={(event) => change({ target: event.target.value })}
          placeholder={t("Host name or address")}
          maxLength={DIAGNOSTIC_TARGET_CHARS}
          autoCapitalize="off"
          autoComplete="off"
          spellCheck={false}
          aria-keyshortcuts="/"
          problem={isTried ? problems.target : undefined}
        />
        {question.tool === "ping" && (
          <Field
            label={t("Echo requests")}
            inputMode="numeric"
            value={question.count}
            onChange={(event) => change({ count: event.target.value })}
            problem={problems.count}
            hint={t("{{min}} to {{max}}", { min: DIAGNOSTIC_PINGS.min, max: DIAGNOSTIC_PINGS.max })}
          />
        )}
        {question.tool === "traceroute" && (
          <Field
            label={t("Most hops")}
            inputMode="numeric"
            value={question.hops}
            onChange={(event) => change({ hops: event.target.value })}
            problem={problems.hops}
            hint={t("{{min}} to {{max}}", { min: DIAGNOSTIC_HOPS.min, max: DIAGNOSTIC_HOPS.max })}
          />
        )}
        {question.tool === "nc" && (
          <Field
            label={t("Port")}
            inputMode="numeric"
            value={question.port}
            onChange={(event) => change({ port: event.target.value })}
            problem={problems.port}
          />
        )}
        {question.tool === "nmap" && (
          <Field
            label={t("Ports")}
            value={question.ports}
            onChange={(event) => change({ ports: event.target.value })}
            problem={problems.ports}
            hint={t("Numbers and ranges, such as 22,80,8000-8010")}
          />
        )}
      </div>
      <fieldset className="grid min-w-0 content-start gap-2">
        <legend className="mb-1.5 font-medium text-ink text-sm">{t("From")}</legend>
        <input
          type="search"
          aria-label={t("Search places")}
          placeholder={t("Search places")}
          autoComplete="off"
          spellCheck={false}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape" && search) {
              event.preventDefault();
              setSearch("");
            }
          }}
          className={inputClass}
        />
        {items.length > 0 ? (
          <CheckList label={t("Places")} items={items} chosen={chosen} onToggle={toggle} />
        ) : (
          <p className="grid h-64 place-items-center rounded-md border border-line-strong px-4 text-center text-ink-2 text-sm">
            {t("No place that is connected has this name")}
          </p>
        )}
        <p className={`text-xs ${problems.locations && isTried ? "text-danger" : "text-ink-3"}`} aria-live="polite">
          {problems.locations ?? t("{{size}} chosen. Several are compared.", { size: chosen.size })}
        </p>
      </fieldset>
      <div className="flex items-center justify-end gap-3 border-line border-t pt-4 md:col-span-2">
        <Button type="submit" look="primary" busy={isRunning} icon={<Activity className="size-4" aria-hidden="true" />}>
          {chosen.size > 1 ? t("Run from {{size}} places", { size: chosen.size }) : t("Run")}
        </Button>
      </div>
    </form>
  );
}
