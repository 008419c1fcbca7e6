/** Every address of the dashboard, on one screen. */
import {
  AccessVerb,
  DEVICE_PAGE_PATH,
  DIAGNOSTIC_TOOLS,
  type DiagnosticTool,
  NODE_TYPES,
  Role,
} from "@sallyport/protocol";
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import type { ApiKeyFilter } from "./features/api-keys/index.ts";
import { type AuditSearch, readAuditSearch } from "./features/audit/index.ts";
import { DevicePage, HOME_PATH, RequireSession, SignInPage, useOrg } from "./features/auth/index.ts";
import { ConsentRequests } from "./features/desktop/index.ts";
import { LiveUpdates } from "./features/live/index.ts";
import { MachinesPage, readMachineFilter, readMachineTab } from "./features/machines/index.ts";
import { AppFrame, CrashPage, NotFoundPage } from "./features/navigation/index.ts";
import { type SessionFilter, SessionsPage } from "./features/sessions/index.ts";

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const isUuid = (value: unknown): value is string => typeof value === "string" && UUID.test(value);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Of what an address has, that which is text. An id or a name of digits is a number until it is asked for as text. */
function givenText<Name extends string>(given: Record<Name, unknown>): { [Key in Name]?: string } {
  const texts: { [Key in Name]?: string } = {};
  for (const name in given) {
    const value = given[name];
    if (typeof value === "number" || (typeof value === "string" && value)) texts[name] = String(value);
  }
  return texts;
}

interface AccessSearch {
  search?: string;
  person?: string;
  machine?: string;
  verb?: AccessVerb;
  from?: string;
}

const isOneOf = <Value extends string>(values: readonly Value[], value: unknown): value is Value =>
  values.some((each) => each === value);
/** What somebody typed: the router reads digits as a number. */
const isTyped = (value: unknown): value is string | number =>
  (typeof value === "string" && value !== "") || typeof value === "number";
/** A number as an address has it: the router has read it as one already. */
const whole = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;

/** One run, or how a new one is written. */
interface CommandsSearch {
  run?: string;
  only?: "failed";
  by?: "output";
  /** Chosen from the beginning. */
  machine?: string;
  q?: string;
  kind?: (typeof NODE_TYPES)[number];
  tag?: string;
}

/** The question that is in the form. */
interface DiagnosticsSearch {
  tool?: DiagnosticTool;
  target?: string;
  /** Locations, with spaces between. */
  at?: string;
  count?: number;
  hops?: number;
  port?: number;
  ports?: string;
  /** Whose runs are listed; absent: this browser's. */
  history?: "all";
}

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

const machines = createRoute({
  getParentRoute: () => framed,
  path: HOME_PATH,
  validateSearch: readMachineFilter,
  component: MachinesPage,
});

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
  validateSearch: ({ show, q }: Record<string, unknown>): { show?: "all"; q?: string } => ({
    ...(show === "all" && { show }),
    ...(typeof q === "string" && q !== "" && { q }),
  }),
  component: lazyRouteComponent(() => import("./features/auth-keys/auth-keys-page.tsx"), "AuthKeysPage"),
});

const authKey = createRoute({
  getParentRoute: () => framed,
  path: "/auth-keys/$keyId",
  component: lazyRouteComponent(() => import("./features/auth-keys/auth-key-page.tsx"), "AuthKeyPage"),
});

const apiKeys = createRoute({
  getParentRoute: () => framed,
  path: "/api-keys",
  validateSearch: ({ show, who, q }: Record<string, unknown>): ApiKeyFilter => ({
    ...(show === "all" && { show }),
    ...(who === "mine" && { who }),
    ...(typeof q === "string" && q !== "" && { q }),
  }),
  component: lazyRouteComponent(() => import("./features/api-keys/api-keys-page.tsx"), "ApiKeysPage"),
});

const access = createRoute({
  getParentRoute: () => framed,
  path: "/access-rules",
  // `search` narrows the rules; the others are the question to the simulator.
  validateSearch: ({ search, person, machine, verb, from }: Record<string, unknown>): AccessSearch => {
    const known = AccessVerb.safeParse(verb).data;
    return { ...givenText({ search, person, machine, from }), ...(known && { verb: known }) };
  },
  component: lazyRouteComponent(() => import("./features/access/access-page.tsx"), "AccessPage"),
});

const members = createRoute({
  getParentRoute: () => framed,
  path: "/members",
  validateSearch: ({ search, role }: Record<string, unknown>): { search?: string; role?: Role } => {
    const known = Role.safeParse(role).data;
    return { ...givenText({ search }), ...(known && { role: known }) };
  },
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
  validateSearch: ({ run, only, by, machine, q, kind, tag }: Record<string, unknown>): CommandsSearch => ({
    ...(isUuid(run) && { run }),
    ...(only === "failed" && { only }),
    ...(by === "output" && { by }),
    ...(isUuid(machine) && { machine }),
    ...(isTyped(q) && { q: String(q) }),
    ...(isOneOf(NODE_TYPES, kind) && { kind }),
    ...(isTyped(tag) && { tag: String(tag) }),
  }),
  component: lazyRouteComponent(() => import("./features/exec/exec-page.tsx"), "ExecPage"),
});

const diagnostics = createRoute({
  getParentRoute: () => framed,
  path: "/diagnostics",
  validateSearch: (search: Record<string, unknown>): DiagnosticsSearch => {
    const { tool, target, at, count, hops, port, ports, history } = search;
    const given = {
      tool: isOneOf(Object.keys(DIAGNOSTIC_TOOLS) as DiagnosticTool[], tool) ? tool : undefined,
      target: text(target),
      at: text(at),
      count: whole(count),
      hops: whole(hops),
      port: whole(port),
      ports: isTyped(ports) ? String(ports) : undefined,
      history: history === "all" ? history : undefined,
    };
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  },
  component: lazyRouteComponent(() => import("./features/diagnostics/diagnostics-page.tsx"), "DiagnosticsPage"),
});

const machine = createRoute({
  getParentRoute: () => framed,
  path: `${HOME_PATH}/$machineId`,
  validateSearch: readMachineTab,
  component: lazyRouteComponent(() => import("./features/machines/machine-page.tsx"), "MachinePage"),
});

const addMachine = createRoute({
  getParentRoute: () => framed,
  path: `${HOME_PATH}/add`,
  validateSearch: ({ way }: Record<string, unknown>): { way?: "service" | "node" } => ({
    ...((way === "service" || way === "node") && { way }),
  }),
  component: lazyRouteComponent(() => import("./features/machines/add-machine-page.tsx"), "AddMachinePage"),
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
  component: lazyRouteComponent(() => import("./features/shell/remote-terminal.tsx"), "RemoteTerminal"),
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
        addMachine,
        sessions,
        audit,
        authKeys,
        authKey,
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
