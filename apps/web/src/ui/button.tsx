import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Spinner } from "./spinner.tsx";

export type ButtonLook = "primary" | "plain" | "quiet" | "danger";
export type ButtonSize = "small" | "normal";

const LOOKS: Record<ButtonLook, string> = {
  primary: "bg-primary text-on-primary hover:bg-primary-hover aria-disabled:hover:bg-primary",
  plain: "border border-line-strong bg-surface text-ink hover:bg-hover aria-disabled:hover:bg-surface",
  quiet: "text-ink-2 hover:bg-hover hover:text-ink",
  danger: "border border-danger/40 bg-surface text-danger hover:bg-danger-soft",
};

const SIZES: Record<ButtonSize, string> = {
  small: "h-8 gap-1.5 px-2.5 text-sm pointer-coarse:h-10",
  normal: "h-9 gap-2 px-3.5 text-base pointer-coarse:h-11",
};

/** Classes of a button, for links that look like one. */
export const buttonClass = (look: ButtonLook = "plain", size: ButtonSize = "normal"): string =>
  `inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-md font-medium transition-colors duration-(--quick) disabled:opacity-50 aria-disabled:opacity-45 ${LOOKS[look]} ${SIZES[size]}`;

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook;
  size?: ButtonSize;
  busy?: boolean;
  icon?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ look, size, busy, icon, className = "", children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={`${buttonClass(look, size)} ${className}`}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What it does: its accessible name and its tooltip. */
  label: string;
  ref?: Ref<HTMLButtonElement>;
}

/** A square button that shows a picture only. */
export function IconButton({ label, className = "", children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      {...rest}
      className={`inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-2 transition-colors duration-(--quick) hover:bg-hover hover:text-ink disabled:opacity-40 aria-pressed:bg-hover aria-pressed:text-ink pointer-coarse:size-10 ${className}`}
    >
      {children}
    </button>
  );
}
