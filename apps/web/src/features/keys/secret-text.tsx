import { useId } from "react";
import { CopyButton } from "../../ui/index.tsx";

interface SecretTextProps {
  label: string;
  text: string;
  /** Of the button; more than one on a page say what they copy. */
  copy: string;
  look?: "primary" | "plain";
  /** Whatever way it was copied. */
  onCopied?: () => void;
  labelHidden?: boolean;
}

/** Text to take away whole: a key, or a command. A press selects it, where copying is refused. */
export function SecretText({ label, text, copy, look = "plain", onCopied, labelHidden = false }: SecretTextProps) {
  const id = useId();
  return (
    <div className="grid gap-2">
      <label htmlFor={id} className={labelHidden ? "sr-only" : "font-medium text-ink text-sm"}>
        {label}
      </label>
      <textarea
        id={id}
        readOnly
        rows={1}
        spellCheck={false}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
        onCopy={onCopied}
        className="field-sizing-content w-full resize-none break-all rounded-lg border border-line bg-sunken px-4 py-3 font-mono text-sm leading-relaxed focus-visible:outline-1 focus-visible:outline-offset-0"
      />
      <div className="flex justify-end">
        <CopyButton text={text} look={look} {...(onCopied && { onCopied })}>
          {copy}
        </CopyButton>
      </div>
    </div>
  );
}
