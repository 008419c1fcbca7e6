import { deviceApi, type PendingDevice, UserCode } from "@sallyport/protocol";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { signedIn } from "../../api/client.ts";
import { errorCode, errorMessage } from "../../api/errors.ts";
import { fullTime } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { Button, Field, Notice, Skeleton } from "../../ui/index.tsx";
import { CentredPage, cardClass } from "./centred-page.tsx";
import { useSession } from "./use-session.ts";

/** Where a person confirms that a command line of theirs may sign in: `gatekey-admin login` shows the address. */
export function DevicePage() {
  usePageTitle(t("Sign in a command line"));
  const { code } = useSearch({ strict: false });
  return (
    <CentredPage
      title={t("Sign in a command line")}
      hint={t("Approve only what you have just started yourself, with the same code.")}
    >
      {code === undefined ? <CodeForm /> : <Request key={code} code={code} />}
    </CentredPage>
  );
}

function CodeForm({ problem: given }: { problem?: string }) {
  const router = useRouter();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState(given);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { success } = UserCode.safeParse(text);
    if (!success) return setProblem(t("Enter the eight letters that your terminal shows"));
    void router.navigate({ to: "/device", search: { code: text }, replace: true });
  };

  return (
    <form noValidate aria-label={t("Code")} onSubmit={submit} className={cardClass}>
      <Field
        label={t("Code from your terminal")}
        name="code"
        placeholder="WDJB-MJHT"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
        problem={problem}
      />
      <Button type="submit" look="primary" className="mt-1">
        {t("Continue")}
      </Button>
    </form>
  );
}

function Request({ code: user_code }: { code: string }) {
  const asked = useQuery({
    queryKey: ["device", user_code],
    queryFn: () => signedIn((client) => client.call(deviceApi.pending, { body: { user_code } })),
    // Each look at a code that is none counts as a guess.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  if (asked.isError) {
    const isNone = ["NOT_FOUND", "INVALID_INPUT"].includes(errorCode(asked.error) ?? "");
    if (isNone)
      return <CodeForm problem={t("Nothing waits with this code. It may be used, or too old: start again.")} />;
    return <Notice tone="danger" title={errorMessage(asked.error)} />;
  }
  if (!asked.data) return <Skeleton className="h-64 w-full" />;
  return <Decision request={asked.data} />;
}

function Decision({ request }: { request: PendingDevice }) {
  const { user } = useSession();
  const decide = useMutation({
    mutationFn: (approve: boolean) =>
      signedIn((client) => client.call(deviceApi.decide, { body: { user_code: request.user_code, approve } })),
  });
  if (decide.data) return <Outcome approved={decide.data.approved} />;

  return (
    <section aria-label={t("Request")} className={cardClass}>
      {decide.isError && <Notice tone="danger" title={errorMessage(decide.error)} />}
      <p className="text-center font-mono font-semibold text-ink text-xl tracking-[0.15em]">{request.user_code}</p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 border-line border-y py-4 text-sm">
        <Fact name={t("What asks")}>
          <bdi>{request.client_name ?? t("A program without a name")}</bdi>
        </Fact>
        <Fact name={t("From")}>
          <span className="font-mono">{request.ip_address}</span>
        </Fact>
        <Fact name={t("Since")}>{fullTime(request.created_at)}</Fact>
        <Fact name={t("Signed in as")}>{user.email}</Fact>
      </dl>
      <p className="text-ink-2 text-sm">{t("It will be able to do everything that you can, until it signs out.")}</p>
      <div className="grid grid-cols-2 gap-2">
        <Button disabled={decide.isPending} onClick={() => decide.mutate(false)}>
          {t("Refuse")}
        </Button>
        <Button look="primary" disabled={decide.isPending} onClick={() => decide.mutate(true)}>
          {t("Approve")}
        </Button>
      </div>
    </section>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-ink-2">{name}</dt>
    <dd className="wrap-anywhere text-ink">{children}</dd>
  </>
);

const Outcome = ({ approved }: { approved: boolean }) =>
  approved ? (
    <Notice tone="ok" title={t("Approved")}>
      {t("Your terminal is signed in within a moment. You can close this page.")}
    </Notice>
  ) : (
    <Notice title={t("Refused")}>{t("Nothing was signed in. You can close this page.")}</Notice>
  );
