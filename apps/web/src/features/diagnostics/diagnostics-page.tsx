import { type DiagnosticLocation, isAdminRole, type Membership } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Activity, Square } from "lucide-react";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { fullTime } from "../../lib/format-time.ts";
import { useSetting } from "../../lib/setting.ts";
import { t } from "../../lib/texts.ts";
import { useRowKeys } from "../../lib/use-row-keys.ts";
import { useShortcuts } from "../../lib/use-shortcuts.ts";
import { Button, Choice, EmptyState, Notice, TableSkeleton } from "../../ui/index.tsx";
import { useOrg, useSession } from "../auth/index.ts";
import { machineQueries, shellRefusal } from "../machines/index.ts";
import { Loaded, PageHeader, Refused } from "../page/index.ts";
import { ComparisonTable } from "./comparison-table.tsx";
import { Diagnosis, isUnderWay, type Place } from "./diagnosis.ts";
import { askAt, diagnosticsQueries, refusalOf } from "./diagnostics.queries.ts";
import { KeptHistory } from "./kept-history.tsx";
import { forgetRuns, type KeptRun, keepRun, keptPlace, keptRuns } from "./kept-runs.ts";
import { rowOfKept, rowOfPlace } from "./place-row.ts";
import { type Question, type QuestionSearch, questionFrom, questionWords, searchFrom } from "./question.ts";
import { QuestionForm } from "./question-form.tsx";
import { RecordedHistory } from "./recorded-history.tsx";
import { questionOf } from "./recorded-run.ts";

const REFUSED = t("Only owners and admins run diagnostics");

/** Network tools, run from one or several places at once, and what they found side by side. */
export function DiagnosticsPage() {
  const { org } = useOrg();
  const live = useLiveStatus();
  const mayRun = isAdminRole(org?.role);
  const enabled = org !== undefined && mayRun;
  const reachable = useQuery({
    ...machineQueries.list(org?.id ?? "", live),
    enabled,
    select: (machines) => machines.filter((machine) => shellRefusal(machine, org?.role) === undefined).length,
  });
  const places = useQuery({ ...diagnosticsQueries.places(org?.id ?? "", live), enabled });
  const { refetch } = places;
  const known = useRef(reachable.data);
  useEffect(() => {
    if (known.current !== undefined && known.current !== reachable.data) void refetch();
    known.current = reachable.data;
  }, [reachable.data, refetch]);

  return (
    <>
      <PageHeader
        title={t("Diagnostics")}
        summary={mayRun ? t("Network tools, run from where the trouble is") : undefined}
      />
      {!org ? (
        <EmptyState title={t("You are in no organisation")} hint={t("Ask an owner or admin to add you to theirs.")} />
      ) : mayRun ? (
        <Loaded
          query={places}
          what={t("the places to run from")}
          skeleton={<TableSkeleton what={t("diagnostics")} rows={6} />}
          refused={REFUSED}
        >
          {({ locations }) => <Diagnostics key={org.id} org={org} locations={locations} />}
        </Loaded>
      ) : (
        <Refused>{REFUSED}</Refused>
      )}
    </>
  );
}

function Diagnostics({ org, locations }: { org: Membership; locations: readonly DiagnosticLocation[] }) {
  const { user } = useSession();
  const { history, ...asked } = useSearch({ from: "/signed-in/framed/diagnostics" });
  const navigate = useNavigate();
  // The address follows what is typed, and not the other way round: it comes a moment later.
  const [question, setQuestion] = useState(() => questionFrom(asked));
  const [shown, setShown] = useState<Diagnosis | KeptRun>();
  const [isRunning, setRunning] = useState(false);
  const target = useRef<HTMLInputElement>(null);
  const rows = useRowKeys();
  const toFirstRow = () => rows.focusFirst();
  useShortcuts({ "/": () => target.current?.focus(), j: toFirstRow, k: toFirstRow, ArrowDown: toFirstRow });
  const labels = useMemo(() => new Map(locations.map(({ location, label }) => [location, label])), [locations]);

  const running = useRef<Diagnosis>(undefined);
  // A tool is of no use to anybody when nobody looks.
  useEffect(() => () => running.current?.stop(), []);

  const address = (search: QuestionSearch & { history?: "all" | undefined }) => {
    const { history: whose, ...rest } = search;
    void navigate({ to: "/diagnostics", search: { ...rest, ...(whose && { history: whose }) }, replace: true });
  };
  const change = (next: Question) => {
    setQuestion(next);
    address({ ...searchFrom(next), history });
  };

  const ask = (wanted: Question) => {
    change(wanted);
    const diagnosis = new Diagnosis({
      question: wanted,
      ask: askAt(org.id, wanted),
      refusalOf,
      onOver: (places) => {
        if (running.current === diagnosis) setRunning(false);
        keepRun(keptFrom(diagnosis, places, { orgId: org.id, userId: user.id }, labels));
      },
    });
    running.current?.stop();
    running.current = diagnosis;
    setShown(diagnosis);
    setRunning(true);
    void diagnosis.start();
  };
  const show = (run: KeptRun) => {
    change(run.question);
    setShown(run);
    window.scrollTo({ top: 0 });
  };
  const again = (wanted: Question) => {
    ask(wanted);
    window.scrollTo({ top: 0 });
  };

  return (
    <>
      <QuestionForm
        question={question}
        onQuestion={change}
        locations={locations}
        isRunning={isRunning}
        onAsk={() => ask(question)}
        target={target}
      />
      {shown instanceof Diagnosis ? (
        <LiveResults key={shown.startedAt} diagnosis={shown} labels={labels} />
      ) : (
        shown && (
          <Results
            key={shown.id}
            title={questionWords(shown.question)}
            note={t("From {{startedAt}}", { startedAt: fullTime(shown.startedAt) })}
            question={shown.question}
            places={shown.places.map(rowOfKept)}
          />
        )
      )}
      <div className="mt-8 mb-3 flex flex-wrap items-center gap-3">
        <h2 className="mr-auto font-semibold text-lg">{t("History")}</h2>
        <Choice
          label={t("Whose history")}
          options={[
            { value: "here", words: t("This browser") },
            { value: "all", words: t("Everybody") },
          ]}
          value={history ?? "here"}
          onChange={(whose) => address({ ...searchFrom(question), history: whose === "all" ? whose : undefined })}
        />
      </div>
      {history === "all" ? (
        <Everybody org={org} onAgain={again} />
      ) : (
        <OfThisBrowser orgId={org.id} userId={user.id} onShow={show} onAgain={again} />
      )}
    </>
  );
}

function keptFrom(
  diagnosis: Diagnosis,
  places: readonly Place[],
  whose: { orgId: string; userId: string },
  labels: ReadonlyMap<string, string>,
): KeptRun {
  const { question, startedAt } = diagnosis;
  return {
    ...whose,
    id: `${startedAt} ${questionWords(question)}`,
    startedAt,
    question,
    places: places.flatMap((place) => keptPlace(place, labels.get(place.location) ?? place.location) ?? []),
  };
}

function LiveResults({ diagnosis, labels }: { diagnosis: Diagnosis; labels: ReadonlyMap<string, string> }) {
  const places = useSyncExternalStore(diagnosis.subscribe, diagnosis.places);
  const isGoingOn = places.some(({ state }) => isUnderWay(state));
  const isLimited = places.some(({ state }) => state.is === "refused" && state.isLimit);
  const over = places.filter(({ state }) => !isUnderWay(state)).length;
  return (
    <Results
      title={questionWords(diagnosis.question)}
      note={
        places.length > 1
          ? t("{{over}} of {{number}} done", { over, number: places.length })
          : isGoingOn
            ? t("Running")
            : t("Done")
      }
      question={diagnosis.question}
      places={places.map((place) => rowOfPlace(place, labels.get(place.location) ?? place.location))}
      onStop={isGoingOn ? () => diagnosis.stop() : undefined}
      isLimited={isLimited}
    />
  );
}

interface ResultsProps {
  title: string;
  note: string;
  question: Question;
  places: Parameters<typeof ComparisonTable>[0]["places"];
  onStop?: (() => void) | undefined;
  /** The server's limits kept it from being run somewhere. */
  isLimited?: boolean;
}

function Results({ title, note, question, places, onStop, isLimited = false }: ResultsProps) {
  const rows = useRowKeys();
  return (
    <section aria-label={t("Results")} className="mt-6">
      <div className="mb-3 flex min-h-9 flex-wrap items-center gap-3">
        <div className="mr-auto min-w-0">
          <h2 className="wrap-anywhere font-mono text-base">{title}</h2>
          <p className="text-ink-2 text-sm" aria-live="polite">
            {note}
          </p>
        </div>
        {onStop && (
          <Button look="danger" icon={<Square className="size-3.5" aria-hidden="true" />} onClick={onStop}>
            {t("Stop")}
          </Button>
        )}
      </div>
      {isLimited && (
        <div className="mb-3">
          <Notice tone="warn" title={t("Not run everywhere")}>
            {t(
              "The server limits how many tools run at a time, and how many one person starts. Nothing is tried again by itself: run it again in a moment.",
            )}
          </Notice>
        </div>
      )}
      <ComparisonTable tool={question.tool} places={places} rows={rows} />
    </section>
  );
}

interface HistoryProps {
  onAgain: (question: Question) => void;
}

function OfThisBrowser({
  orgId,
  userId,
  onShow,
  onAgain,
}: HistoryProps & { orgId: string; userId: string; onShow: (run: KeptRun) => void }) {
  const [all] = useSetting(keptRuns);
  const rows = useRowKeys();
  const own = useMemo(() => all.filter((run) => run.orgId === orgId && run.userId === userId), [all, orgId, userId]);
  if (own.length === 0) {
    return (
      <EmptyState
        icon={<Activity className="size-8" strokeWidth={1.5} aria-hidden="true" />}
        title={t("Nothing was run in this browser yet")}
        hint={t(
          "The last 50 runs are kept in this browser, with what they found. The server records that they were run, and not what came of them.",
        )}
      />
    );
  }
  return (
    <>
      <KeptHistory runs={own} rows={rows} onShow={onShow} onAgain={({ question }) => onAgain(question)} />
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <p className="mr-auto text-ink-3 text-xs">
          {t("The last 50 runs, kept in this browser only, without what the tools wrote.")}
        </p>
        <Button size="small" look="quiet" onClick={() => forgetRuns(orgId, userId)}>
          {t("Forget them")}
        </Button>
      </div>
    </>
  );
}

function Everybody({ org, onAgain }: HistoryProps & { org: Membership }) {
  const live = useLiveStatus();
  const recorded = useQuery(diagnosticsQueries.recorded(org.id, live));
  const rows = useRowKeys();
  return (
    <Loaded
      query={recorded}
      what={t("the runs")}
      skeleton={<TableSkeleton what={t("the runs")} />}
      refused={t("Your role does not show the audit log")}
    >
      {(runs) =>
        runs.length > 0 ? (
          <>
            <RecordedHistory runs={runs} rows={rows} onAgain={(run) => onAgain(questionFrom(questionOf(run)))} />
            <p className="mt-2 text-ink-3 text-xs">{t("From the audit log, which does not record what was found.")}</p>
          </>
        ) : (
          <EmptyState
            title={t("Nobody ran a diagnostic yet")}
            hint={t("Runs of everybody are listed here, from the audit log.")}
          />
        )
      }
    </Loaded>
  );
}
