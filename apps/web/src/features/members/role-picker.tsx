import type { Role } from "@sallyport/protocol";
import { useId } from "react";
import { t } from "../../lib/texts.ts";
import { ROLE_WORDS } from "./role-words.ts";

interface RolePickerProps {
  roles: readonly Role[];
  value: Role;
  onChange: (role: Role) => void;
}

/** One of the roles, each with what it may do. */
export function RolePicker({ roles, value, onChange }: RolePickerProps) {
  const name = useId();
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 font-medium text-ink text-sm">{t("Role")}</legend>
      {roles.map((role) => (
        <label
          key={role}
          className="flex cursor-pointer items-start gap-2.5 rounded-md border border-line px-3 py-2 hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft"
        >
          <input
            type="radio"
            name={name}
            checked={role === value}
            onChange={() => onChange(role)}
            className="mt-1 accent-accent"
          />
          <span className="min-w-0">
            <span className="block font-medium text-sm">{ROLE_WORDS[role].word}</span>
            <span className="block text-ink-2 text-xs">{ROLE_WORDS[role].may}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
