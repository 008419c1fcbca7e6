import { Link } from "@tanstack/react-router";
import { t } from "../../lib/texts.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { buttonClass, EmptyState, Logo } from "../../ui/index.tsx";

export function NotFoundPage() {
  usePageTitle(t("Page not found"));
  return (
    <main className="grid min-h-full place-items-center">
      <EmptyState
        icon={<Logo className="size-10" />}
        title={t("There is no page here")}
        hint={t("The address may be mistyped, or the page was removed.")}
        action={
          <Link to="/machines" className={buttonClass("primary")}>
            {t("Go to machines")}
          </Link>
        }
      />
    </main>
  );
}
