import { type ReactNode, useId } from "react";

/** A group of settings under its heading. */
export function SettingGroup({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="grid content-start gap-4 rounded-lg border border-line bg-surface p-4 shadow-card sm:p-5"
    >
      <h2 id={id} className="font-semibold text-base">
        {title}
      </h2>
      {children}
    </section>
  );
}

/** A fact and its value, in a `<dl>`. */
export const Fact = ({ word, children }: { word: string; children: ReactNode }) => (
  <div className="grid min-w-0 items-baseline gap-x-4 sm:grid-cols-[8rem_minmax(0,1fr)]">
    <dt className="text-ink-3 text-sm">{word}</dt>
    <dd className="min-w-0 wrap-break-word text-sm">{children}</dd>
  </div>
);

interface TickProps {
  words: string;
  why?: ReactNode;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

/** Something that is on or off. */
export function Tick({ words, why, checked, disabled = false, onChange }: TickProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={why ? `${id}-note` : undefined}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-accent pointer-coarse:size-5"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="block text-sm">
          {words}
        </label>
        {why && (
          <p id={`${id}-note`} className="text-ink-3 text-xs">
            {why}
          </p>
        )}
      </div>
    </div>
  );
}
