import { useId } from "react";

interface CheckFieldProps {
  label: string;
  /** What it means, said to screen readers too. */
  hint: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** Something that holds or does not. */
export function CheckField({ label, hint, checked, onChange }: CheckFieldProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        aria-describedby={`${id}-note`}
        className="mt-0.5 size-4 shrink-0 accent-primary pointer-coarse:size-5"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium text-ink text-sm">
          {label}
        </label>
        <p id={`${id}-note`} className="text-ink-3 text-xs">
          {hint}
        </p>
      </div>
    </div>
  );
}
