/** Every address of the dashboard, on one screen. */
import { DEVICE_PAGE_PATH } from "@sallyport/protocol";
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { type AuditSearch, readAuditSearch } from "./features/audit/index.ts";
import { DevicePage, HOME_PATH, RequireSession, SignInPage, useOrg } from "./features/auth/index.ts";
import { ConsentRequests } from "./features/desktop/index.ts";
import { LiveUpdates } from "./features/live/index.ts";
import { MachinesPage } from "./features/machines/index.ts";
import { AppFrame, CrashPage, NotFoundPage } from "./features/navigation/index.ts";
import { type SessionFilter, SessionsPage } from "./features/sessions/index.ts";

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const isUuid = (value: unknown): value is string => typeof value === "string" && UUID.test(value);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage, errorComponent: CrashPage });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  // Checked where it is used: see safeNextPath.
  validateSearch: ({ next }: Record<string, unknown>): { next?: string } => {
    const path = text(next);
    return path === undefined ? {} : { next: path };
  },
  component: SignInPage,
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  component: () => (
    <RequireSession>
      <Live />
      <Outlet />
    </RequireSession>
  ),
});

/** Pages with the bar on top. */
const framed = createRoute({ getParentRoute: () => signedIn, id: "framed", component: AppFrame });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: HOME_PATH, replace: true });
  },
});

const machines = createRoute({ getParentRoute: () => framed, path: HOME_PATH, component: MachinesPage });

const sessions = createRoute({
  getParentRoute: () => framed,
  path: "/sessions",
  validateSearch: ({ who, status, machine }: Record<string, unknown>): SessionFilter => ({
    ...(who === "mine" && { who }),
    ...(status === "ended" && { status }),
    ...(isUuid(machine) && { machine }),
  }),
  component: SessionsPage,
});

const audit = createRoute({
  getParentRoute: () => framed,
  path: "/audit-log",
  validateSearch: (raw: Record<string, unknown>): AuditSearch => readAuditSearch(raw),
  component: lazyRouteComponent(() => import("./features/audit/audit-page.tsx"), "AuditPage"),
});

const authKeys = createRoute({
  getParentRoute: () => framed,
  path: "/auth-keys",
  component: lazyRouteComponent(() => import("./features/auth-keys/auth-keys-page.tsx"), "AuthKeysPage"),
});

const apiKeys = createRoute({
  getParentRoute: () => framed,
  path: "/api-keys",
  component: lazyRouteComponent(() => import("./features/api-keys/api-keys-page.tsx"), "ApiKeysPage"),
});

const access = createRoute({
  getParentRoute: () => framed,
  path: "/access-rules",
  component: lazyRouteComponent(() => import("./features/access/access-page.tsx"), "AccessPage"),
});

const members = createRoute({
  getParentRoute: () => framed,
  path: "/members",
  component: lazyRouteComponent(() => import("./features/members/members-page.tsx"), "MembersPage"),
});

const plan = createRoute({
  getParentRoute: () => framed,
  path: "/billing",
  component: lazyRouteComponent(() => import("./features/plan/plan-page.tsx"), "PlanPage"),
});

const settings = createRoute({
  getParentRoute: () => framed,
  path: "/settings",
  component: lazyRouteComponent(() => import("./features/settings/settings-page.tsx"), "SettingsPage"),
});

const exec = createRoute({
  getParentRoute: () => framed,
  path: "/commands",
  component: lazyRouteComponent(() => import("./features/exec/exec-page.tsx"), "ExecPage"),
});

const diagnostics = createRoute({
  getParentRoute: () => framed,
  path: "/diagnostics",
  component: lazyRouteComponent(() => import("./features/diagnostics/diagnostics-page.tsx"), "DiagnosticsPage"),
});

const machine = createRoute({
  getParentRoute: () => framed,
  path: `${HOME_PATH}/$machineId`,
  component: lazyRouteComponent(() => import("./features/machines/machine-page.tsx"), "MachinePage"),
});

const device = createRoute({
  getParentRoute: () => signedIn,
  path: DEVICE_PAGE_PATH,
  validateSearch: ({ code }: Record<string, unknown>): { code?: string } => {
    const given = text(code);
    return given === undefined ? {} : { code: given };
  },
  component: DevicePage,
});

const terminal = createRoute({
  getParentRoute: () => signedIn,
  path: "/terminal/$machineId",
  // `dom` draws text as elements, which tests and screen readers can read; `webgl` insists on the graphics card.
  validateSearch: ({
    renderer,
    session,
  }: Record<string, unknown>): { renderer?: "dom" | "webgl"; session?: string } => ({
    ...((renderer === "dom" || renderer === "webgl") && { renderer }),
    ...(isUuid(session) && { session }),
  }),
  // The terminal's code is only loaded where a terminal is.
  component: lazyRouteComponent(() => import("./features/shell/index.ts"), "RemoteTerminal"),
});

const desktop = createRoute({
  getParentRoute: () => signedIn,
  path: "/remote-desktop/$machineId",
  // `transport` insists on one way for the picture, for support and tests; `type` asks for consent though one need not.
  validateSearch: ({
    session,
    transport,
    type,
  }: Record<string, unknown>): { session?: string; transport?: "webrtc" | "stream"; type?: "peer" } => ({
    ...(isUuid(session) && { session }),
    ...((transport === "webrtc" || transport === "stream") && { transport }),
    ...(type === "peer" && { type }),
  }),
  component: lazyRouteComponent(() => import("./features/desktop/desktop-page.tsx"), "DesktopPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    signedIn.addChildren([
      framed.addChildren([
        machines,
        machine,
        sessions,
        audit,
        authKeys,
        apiKeys,
        access,
        members,
        plan,
        settings,
        exec,
        diagnostics,
      ]),
      device,
      terminal,
      desktop,
    ]),
  ]),
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

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
