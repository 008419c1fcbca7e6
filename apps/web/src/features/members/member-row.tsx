import type { MemberView, Role } from "@sallyport/protocol";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { Badge, Button } from "../../ui/index.tsx";
import { ROLE_WORDS, whyNotManage } from "./role-words.ts";

/** One line on a desk; on a phone the role and what it may do are under the address. */
export const MEMBER_GRID =
  "max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,1.3fr)_minmax(0,1.7fr)_minmax(0,0.6fr)_12rem]";

const SIGN_IN_WORDS = { no_password: t("No password"), disabled: t("Disabled") } as const;

interface MemberRowProps {
  member: MemberView;
  isMine: boolean;
  /** Of whoever looks. */
  role: Role | undefined;
  nowMs: number;
  onChangeRole: (member: MemberView) => void;
  onRemove: (member: MemberView) => void;
}

export function MemberRow({ member, isMine, role, nowMs, onChangeRole, onRemove }: MemberRowProps) {
  const { email, sign_in, created_at } = member;
  const { word, may } = ROLE_WORDS[member.role];
  const refusal = whyNotManage(role, member.role);
  return (
    <>
      <th scope="row" className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5 text-left font-normal">
        <bdi className="min-w-0 truncate font-medium" title={email}>
          {email}
        </bdi>
        {isMine && <Badge tone="accent">{t("You")}</Badge>}
        {sign_in !== null && sign_in !== "ready" && (
          <Badge tone={sign_in === "disabled" ? "danger" : "warn"}>{SIGN_IN_WORDS[sign_in]}</Badge>
        )}
      </th>
      <td className="min-w-0 text-sm max-md:col-start-1">
        <span className="block">{word}</span>
        <span className="block text-ink-3 text-xs md:truncate" title={may}>
          {may}
        </span>
      </td>
      <td className="min-w-0 truncate text-ink-2 text-sm max-md:hidden" title={fullTime(created_at)}>
        {timeAgo(created_at, nowMs)}
      </td>
      <td className="flex justify-end gap-1.5 max-md:col-start-2 max-md:row-span-2 max-md:row-start-1 max-md:flex-col">
        {role !== undefined && refusal === undefined ? (
          <>
            <Button size="small" look="quiet" onClick={() => onRemove(member)}>
              {isMine ? t("Leave") : t("Remove")}
              <span className="sr-only">{isMine ? t(" this organisation") : ` ${email}`}</span>
            </Button>
            <Button size="small" data-open onClick={() => onChangeRole(member)}>
              {t("Change role")}
              <span className="sr-only">{t(" of {{email}}", { email })}</span>
            </Button>
          </>
        ) : (
          (role === "owner" || role === "admin") && <span className="text-ink-3 text-xs max-md:hidden">{refusal}</span>
        )}
      </td>
    </>
  );
}
