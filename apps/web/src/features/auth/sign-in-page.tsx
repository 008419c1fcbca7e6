import { authApi } from "@sallyport/protocol";
import { useMutation } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { Eye, EyeOff } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { anonymous, sessionStore } from "../../api/client.ts";
import { errorMessage } from "../../api/errors.ts";
import { sessionFrom } from "../../api/session.ts";
import { t } from "../../lib/texts.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { Button, Field, IconButton, Notice } from "../../ui/index.tsx";
import { CentredPage, cardClass } from "./centred-page.tsx";
import { safeNextPath } from "./next-path.ts";
import { useMaybeSession } from "./use-session.ts";

/** E-mail address and password. Goes on to `next`, also when another tab signs in. */
export function SignInPage() {
  usePageTitle(t("Sign in"));
  const { next } = useSearch({ strict: false });
  const router = useRouter();
  const session = useMaybeSession();

  useEffect(() => {
    if (session) router.history.replace(safeNextPath(next));
  }, [session, next, router]);

  return (
    <CentredPage title={t("Sign in to Sallyport")} hint={t("One guarded door to every machine.")}>
      <SignInForm />
    </CentredPage>
  );
}

function SignInForm() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [missing, setMissing] = useState<"email" | "password">();
  const emailInput = useRef<HTMLInputElement>(null);
  const passwordInput = useRef<HTMLInputElement>(null);

  const signIn = useMutation({
    mutationFn: () => anonymous.call(authApi.login, { body: { email, password } }),
    onSuccess: (answer) => sessionStore.write(sessionFrom(answer, Date.now())),
    onError: () => passwordInput.current?.select(),
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const empty = !email.trim() ? "email" : !password ? "password" : undefined;
    setMissing(empty);
    if (empty) return (empty === "email" ? emailInput : passwordInput).current?.focus();
    signIn.mutate();
  };

  return (
    <form noValidate aria-label={t("Sign in")} onSubmit={submit} className={cardClass}>
      {signIn.isError && <Notice tone="danger" title={errorMessage(signIn.error)} />}
      <Field
        ref={emailInput}
        label={t("E-mail address")}
        type="email"
        name="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        problem={missing === "email" ? t("Enter your e-mail address") : undefined}
      />
      <div className="relative">
        <Field
          ref={passwordInput}
          label={t("Password")}
          type={shown ? "text" : "password"}
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          problem={missing === "password" ? t("Enter your password") : undefined}
        />
        <IconButton
          label={shown ? t("Hide password") : t("Show password")}
          onClick={() => setShown(!shown)}
          className="absolute top-6.5 right-0.5 pointer-coarse:top-7"
        >
          {shown ? <EyeOff className="size-4" aria-hidden="true" /> : <Eye className="size-4" aria-hidden="true" />}
        </IconButton>
      </div>
      <Button type="submit" look="primary" busy={signIn.isPending} className="mt-1">
        {signIn.isPending ? t("Signing in…") : t("Sign in")}
      </Button>
    </form>
  );
}
