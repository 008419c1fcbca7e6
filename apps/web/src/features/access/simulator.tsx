import type { MachineView, MemberView } from "@sallyport/protocol";
import { useId, useMemo } from "react";
import { t } from "../../lib/texts.ts";
import { Select } from "../../ui/index.tsx";
import { type AccessQuestion, FIRST_VERB, readQuestion } from "./access-question.ts";
import { EverybodysAnswers } from "./everybodys-answers.tsx";
import { MachineInput } from "./machine-input.tsx";
import { VERB_OPTIONS } from "./verb-words.ts";
import { Verdict } from "./verdict.tsx";

interface SimulatorProps {
  orgId: string;
  members: readonly MemberView[];
  machines: readonly MachineView[];
  question: Partial<AccessQuestion>;
  /** What of the question is another. */
  onQuestion: (change: Partial<AccessQuestion>) => void;
}

/** Asks the server who may do what on which machine, and what decides it. Nothing is opened. */
export function Simulator({ orgId, members, machines, question, onQuestion }: SimulatorProps) {
  const id = useId();
  // Of thousands of machines, made once and not with every key.
  const { names, suggestions } = useMemo(() => {
    const sorted = [...new Set(machines.map(({ name }) => name))].toSorted();
    const options = sorted.map((name) => <option key={name} value={name} />);
    return { names: new Set(sorted), suggestions: <datalist id={`${id}-machines`}>{options}</datalist> };
  }, [machines, id]);
  const { person = "", machine = "", verb = FIRST_VERB, from } = question;
  const known = members.find(({ email, user_id }) => email === person || user_id === person);
  const strange = person !== "" && !known ? [{ value: person, words: person }] : [];
  return (
    <section
      aria-labelledby={id}
      className="mb-6 grid gap-4 rounded-lg border border-line bg-surface p-4 shadow-card sm:p-5"
    >
      <h2 id={id} className="font-semibold text-base">
        {t("Who may reach what?")}
      </h2>
      <div className="grid items-start gap-3 sm:grid-cols-2 xl:grid-cols-4">
        <Select
          label={t("Person")}
          options={[
            { value: "", words: t("Everybody") },
            ...strange,
            ...members.map(({ email }) => ({ value: email, words: email })),
          ]}
          value={known?.email ?? person}
          onChange={(to) => onQuestion({ person: to })}
        />
        <Select label={t("Wants")} options={VERB_OPTIONS} value={verb} onChange={(to) => onQuestion({ verb: to })} />
        <MachineInput
          label={t("On the machine")}
          placeholder={t("Name or ID")}
          names={names}
          listId={`${id}-machines`}
          value={machine}
          onChange={(to) => onQuestion({ machine: to })}
        />
        {verb === "desktop-peer" && (
          <MachineInput
            label={t("Sitting at (optional)")}
            placeholder={t("A machine")}
            names={names}
            listId={`${id}-machines`}
            value={from ?? ""}
            onChange={(to) => onQuestion({ from: to })}
          />
        )}
      </div>
      {suggestions}
      {answer()}
    </section>
  );

  function answer() {
    const asked = readQuestion(question);
    if (!asked)
      return <p className="text-ink-3 text-sm">{t("Name a machine, and the server says who may reach it.")}</p>;
    return asked.person === "" ? (
      <EverybodysAnswers orgId={orgId} members={members} machines={machines} question={asked} />
    ) : (
      <Verdict orgId={orgId} machines={machines} question={asked} />
    );
  }
}
