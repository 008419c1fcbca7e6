interface ChoiceProps<Value extends string> {
  label: string;
  options: { value: Value; words: string }[];
  value: Value;
  onChange: (value: Value) => void;
}

/** A few possibilities side by side, of which one holds. */
export const Choice = <Value extends string>({ label, options, value, onChange }: ChoiceProps<Value>) => (
  <fieldset aria-label={label} className="flex rounded-md border border-line-strong bg-surface p-0.5">
    {options.map((option) => (
      <button
        key={option.value}
        type="button"
        aria-pressed={option.value === value}
        onClick={() => onChange(option.value)}
        className="h-7.5 rounded-sm px-3 text-ink-2 text-sm hover:text-ink aria-pressed:bg-hover aria-pressed:font-medium aria-pressed:text-ink pointer-coarse:h-10"
      >
        {option.words}
      </button>
    ))}
  </fieldset>
);
