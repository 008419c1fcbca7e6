import { Link } from "@tanstack/react-router";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { buttonClass, EmptyState, Logo } from "../../ui/index.tsx";

export function NotFoundPage() {
  usePageTitle("Page not found");
  return (
    <main className="grid min-h-full place-items-center">
      <EmptyState
        icon={<Logo className="size-10" />}
        title="There is no page here"
        hint="The address may be mistyped, or the page was removed."
        action={
          <Link to="/machines" className={buttonClass("primary")}>
            Go to machines
          </Link>
        }
      />
    </main>
  );
}
