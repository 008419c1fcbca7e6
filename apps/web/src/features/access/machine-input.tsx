import type { MachineView } from "@sallyport/protocol";
import { useId, useState } from "react";
import { Field } from "../../ui/index.tsx";

interface MachineInputProps {
  label: string;
  placeholder: string;
  machines: readonly MachineView[];
  /** A name or an id. */
  value: string;
  onChange: (value: string) => void;
}

/** A machine by name, with suggestions. It is chosen as soon as what is typed is one, or by Enter, or on the way out. */
export function MachineInput({ label, placeholder, machines, value, onChange }: MachineInputProps) {
  const id = useId();
  const [draft, setDraft] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setDraft(value);
  }
  const names = [...new Set(machines.map(({ name }) => name))].toSorted();
  const choose = (text: string) => {
    if (text.trim() !== value) onChange(text.trim());
  };
  return (
    <div className="min-w-0">
      <Field
        label={label}
        placeholder={placeholder}
        list={id}
        autoComplete="off"
        spellCheck={false}
        value={draft}
        onChange={(event) => {
          setDraft(event.target.value);
          if (names.includes(event.target.value)) choose(event.target.value);
        }}
        onBlur={() => choose(draft)}
        onKeyDown={(event) => {
          if (event.key === "Enter") choose(draft);
        }}
      />
      <datalist id={id}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  );
}
