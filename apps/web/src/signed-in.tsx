/** What is there on every page but the sign-in's: news from the server, and those who ask for consent. */
import { Outlet } from "@tanstack/react-router";
import { RequireSession, useOrg } from "./features/auth/index.ts";
import { ConsentRequests } from "./features/desktop/index.ts";
import { LiveUpdates } from "./features/live/index.ts";

export const SignedIn = () => (
  <RequireSession>
    <Live />
    <Outlet />
  </RequireSession>
);

function Live() {
  const { org } = useOrg();
  return (
    org && (
      <>
        <LiveUpdates key={org.id} orgId={org.id} />
        <ConsentRequests />
      </>
    )
  );
}
