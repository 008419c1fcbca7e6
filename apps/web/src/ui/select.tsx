import { ChevronDown } from "lucide-react";
import { useId } from "react";
import { inputClass } from "./field.tsx";

interface SelectProps<Value extends string> {
  label: string;
  options: readonly { value: Value; words: string }[];
  value: Value;
  onChange: (value: Value) => void;
  /** For screen readers only, where what surrounds it says it. */
  labelHidden?: boolean;
  hint?: string;
}

/** One of several, by the browser's own list. */
export function Select<Value extends string>({
  label,
  options,
  value,
  onChange,
  labelHidden = false,
  hint,
}: SelectProps<Value>) {
  const id = useId();
  return (
    <div className="grid min-w-0 gap-1.5">
      <label htmlFor={id} className={labelHidden ? "sr-only" : "font-medium text-ink text-sm"}>
        {label}
      </label>
      <span className="relative grid min-w-0">
        <select
          id={id}
          value={value}
          onChange={(event) => onChange(event.target.value as Value)}
          className={`${inputClass} appearance-none truncate pr-8`}
          aria-describedby={hint ? `${id}-note` : undefined}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.words}
            </option>
          ))}
        </select>
        <ChevronDown
          className="pointer-events-none absolute top-1/2 right-2.5 size-4 -translate-y-1/2 text-ink-3"
          aria-hidden="true"
        />
      </span>
      {hint && (
        <p id={`${id}-note`} className="text-ink-3 text-xs">
          {hint}
        </p>
      )}
    </div>
  );
}
