import { type InputHTMLAttributes, type KeyboardEvent, type Ref, useEffect, useId, useRef, useState } from "react";
import { inputClass } from "../../ui/index.tsx";

/** Long enough to type on, short enough to feel live. */
const REST_MS = 300;

interface DraftInputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "value" | "onChange"> {
  label: string;
  value: string;
  onCommit: (value: string) => void;
  /** `typing`: taken over while one types; `done`: on Enter, on leaving, and when a suggestion is chosen. */
  commitOn: "typing" | "done";
  suggestions?: readonly string[];
  ref?: Ref<HTMLInputElement>;
}

/** A line of text that is typed here first, and taken over a moment later. Escape empties it. */
export function DraftInput(props: DraftInputProps) {
  const { label, value, onCommit, commitOn, suggestions, className = "", ref, ...input } = props;
  const id = useId();
  const [draft, setDraft] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const committed = useRef(value);

  // Changed from elsewhere: a part of the filter that was taken away, or the browser's Back.
  useEffect(() => {
    if (value === committed.current) return;
    committed.current = value;
    clearTimeout(timer.current);
    setDraft(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const commit = (text: string) => {
    clearTimeout(timer.current);
    const wanted = text.trim();
    if (wanted === committed.current) return;
    committed.current = wanted;
    onCommit(wanted);
  };
  const change = (text: string) => {
    setDraft(text);
    clearTimeout(timer.current);
    if (suggestions?.includes(text) || text === "") commit(text);
    else if (commitOn === "typing") timer.current = setTimeout(() => commit(text), REST_MS);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") commit(draft);
    else if (event.key === "Escape" && draft !== "") change("");
    else if (event.key === "Escape") event.currentTarget.blur();
    else return;
    event.preventDefault();
  };

  return (
    <>
      <input
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        {...input}
        ref={ref}
        aria-label={label}
        list={suggestions ? id : undefined}
        value={draft}
        onChange={(event) => change(event.target.value)}
        onBlur={() => commit(draft)}
        onKeyDown={onKeyDown}
        className={`${inputClass} ${className}`}
      />
      {suggestions && (
        <datalist id={id}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
      )}
    </>
  );
}
