import { useEffect, useState } from "react";
import { useLatest } from "../../lib/use-latest.ts";
import { Field } from "../../ui/index.tsx";

interface MachineInputProps {
  label: string;
  placeholder: string;
  /** What is suggested; `listId` names the `<datalist>` of them. */
  names: ReadonlySet<string>;
  listId: string;
  /** A name or an id. */
  value: string;
  onChange: (value: string) => void;
}

/** A machine by name, with suggestions. It is chosen as soon as what is typed is one, or by Enter, or on the way out. */
export function MachineInput({ label, placeholder, names, listId, value, onChange }: MachineInputProps) {
  const [draft, setDraft] = useState(value);
  const [seen, setSeen] = useState(value);
  const [chosen, setChosen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    // One's own choice comes back through the address, when more may be typed already.
    if (value !== chosen) setDraft(value);
    setChosen(value);
  }
  const choose = (text: string) => {
    const to = text.trim();
    if (to === value) return;
    setChosen(to);
    onChange(to);
  };
  // The machines may become known after one of them was typed.
  const latestChoose = useLatest(choose);
  const isKnown = names.has(draft);
  useEffect(() => {
    if (isKnown) latestChoose.current(draft);
  }, [isKnown, draft]);
  return (
    <Field
      label={label}
      placeholder={placeholder}
      list={listId}
      autoComplete="off"
      spellCheck={false}
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={() => choose(draft)}
      onKeyDown={(event) => {
        if (event.key === "Enter") choose(draft);
      }}
    />
  );
}
