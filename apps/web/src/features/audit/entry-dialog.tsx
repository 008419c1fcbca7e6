import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronUp, ListFilter } from "lucide-react";
import type { ReactNode } from "react";
import { errorMessage } from "../../api/errors.ts";
import { fullTime } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { Button, CopyButton, CopyValue, Dialog, Notice, Skeleton } from "../../ui/index.tsx";
import { auditQueries } from "./audit.queries.ts";
import { type AuditFilter, typeWords } from "./audit-filter.ts";
import { type AuditEntry, actorWords, factsOf, machineOf, resourceName } from "./describe-entry.ts";

interface EntryDialogProps {
  orgId: string;
  seq: number;
  /** Those in the list, newest first. */
  entries: readonly AuditEntry[];
  onOpen: (seq: number) => void;
  /** Shows only what has this in common with the entry. */
  onFilter: (filter: AuditFilter) => void;
  onClose: () => void;
}

/** Everything that one entry says. */
export function EntryDialog({ orgId, seq, entries, onOpen, onFilter, onClose }: EntryDialogProps) {
  const at = entries.findIndex((entry) => entry.seq === seq);
  const fetched = useQuery({ ...auditQueries.entry(orgId, seq), enabled: at < 0 });
  const entry = entries[at] ?? fetched.data;
  const [newer, older] = at < 0 ? [] : [entries[at - 1], entries[at + 1]];
  return (
    <Dialog
      title={entry?.action ?? t("Entry {{seq}}", { seq })}
      size="wide"
      onClose={onClose}
      footer={
        entry && (
          <>
            <span className="mr-auto flex gap-2">
              <Step
                to={newer}
                words={t("Newer")}
                icon={<ChevronUp className="size-4" aria-hidden="true" />}
                onOpen={onOpen}
              />
              <Step
                to={older}
                words={t("Older")}
                icon={<ChevronDown className="size-4" aria-hidden="true" />}
                onOpen={onOpen}
              />
            </span>
            <CopyButton text={JSON.stringify(entry, null, 2)}>{t("Copy as JSON")}</CopyButton>
          </>
        )
      }
    >
      {entry ? (
        <EntryFacts entry={entry} onFilter={onFilter} />
      ) : fetched.isError ? (
        <Notice tone="danger" title={t("Could not load the entry")}>
          {errorMessage(fetched.error)}
        </Notice>
      ) : fetched.data === null ? (
        <p className="text-ink-2">
          {t("There is no entry {{seq}}: it has not been written, or it was erased by retention.", { seq })}
        </p>
      ) : (
        <Skeleton className="h-40 w-full" />
      )}
    </Dialog>
  );
}

interface StepProps {
  to: AuditEntry | undefined;
  words: string;
  icon: ReactNode;
  onOpen: (seq: number) => void;
}

const Step = ({ to, words, icon, onOpen }: StepProps) => (
  <Button icon={icon} disabled={to === undefined} onClick={() => to && onOpen(to.seq)}>
    {words}
  </Button>
);

function EntryFacts({ entry, onFilter }: { entry: AuditEntry; onFilter: (filter: AuditFilter) => void }) {
  const { actor_email, actor_id, resource_type, resource_id, ip_address, created_at, metadata } = entry;
  const actor = actor_email ?? actor_id;
  const machine = machineOf(entry);
  const name = resourceName(entry);
  const facts = factsOf(metadata);
  return (
    <div className="grid gap-5">
      <dl className={LIST}>
        <Fact name={t("Time")}>
          <time dateTime={created_at}>{fullTime(created_at)}</time>
          <CopyValue text={created_at} what={t("time")} />
        </Fact>
        <Fact name={t("Who")}>
          <bdi>{actorWords(entry)}</bdi>
          {actor !== null && <OnlyThese words={t("By this person")} onClick={() => onFilter({ actor })} />}
        </Fact>
        <Fact name={t("What")}>
          <span>
            {typeWords(resource_type)} {name && <bdi className="font-medium">{name}</bdi>}
          </span>
          {resource_id !== null && (
            <>
              <CopyValue text={resource_id} what={t("resource ID")} />
              <OnlyThese
                words={t("About this {{resource_type}}", { resource_type: typeWords(resource_type) })}
                onClick={() => onFilter({ type: resource_type, id: resource_id })}
              />
            </>
          )}
        </Fact>
        {machine && (
          <Fact name={t("See also")}>
            <span className="flex flex-wrap gap-x-3">
              <Link to="/machines/$machineId" params={{ machineId: machine }} className={LINK}>
                {t("The machine")}
              </Link>
              <Link to="/sessions" search={{ machine }} className={LINK}>
                {t("Its sessions")}
              </Link>
            </span>
          </Fact>
        )}
        <Fact name={t("From")}>
          {ip_address ? <CopyValue text={ip_address} what={t("address")} /> : t("no address")}
        </Fact>
      </dl>
      {facts.length > 0 && (
        <Section title={t("Details")}>
          {facts.map(({ name: fact, value }) => (
            <Fact key={fact} name={fact} isCode>
              <span className="whitespace-pre-wrap wrap-anywhere font-mono text-sm">{value}</span>
            </Fact>
          ))}
        </Section>
      )}
      <Section title={t("Place in the chain")}>
        <Fact name={t("Number")}>{entry.seq}</Fact>
        <Fact name={t("ID")}>
          <CopyValue text={entry.id} what={t("ID")} />
        </Fact>
        <Fact name={t("Hash")}>
          <CopyValue text={entry.hash} what={t("hash")} />
        </Fact>
        <Fact name={t("Hash before")}>
          <CopyValue text={entry.prev_hash} what={t("hash of the entry before")} />
        </Fact>
      </Section>
    </div>
  );
}

const LIST = "grid gap-x-4 gap-y-1.5 sm:grid-cols-[9rem_minmax(0,1fr)]";
const LINK = "rounded-sm underline decoration-line-strong underline-offset-2 hover:decoration-ink";

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="border-line border-t pt-4">
    <h3 className="mb-2 font-medium text-sm">{title}</h3>
    <dl className={LIST}>{children}</dl>
  </section>
);

const Fact = ({ name, isCode = false, children }: { name: string; isCode?: boolean; children: ReactNode }) => (
  <div className="grid min-w-0 sm:col-span-2 sm:grid-cols-subgrid">
    <dt className={`wrap-anywhere pt-0.5 text-ink-3 text-sm ${isCode ? "font-mono text-xs" : ""}`}>{name}</dt>
    <dd className="flex min-w-0 flex-col items-start text-sm">{children}</dd>
  </div>
);

const OnlyThese = ({ words, onClick }: { words: string; onClick: () => void }) => (
  <Button
    size="small"
    look="quiet"
    className="-ml-2.5"
    icon={<ListFilter className="size-3.5" aria-hidden="true" />}
    onClick={onClick}
  >
    {words}
  </Button>
);
