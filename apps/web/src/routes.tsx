/** Every address of the dashboard, on one screen. Whoever signs in loads no other page's code. */
import { DEVICE_PAGE_PATH, Role } from "@sallyport/protocol";
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { readAccessSearch } from "./features/access/access-search.ts";
import { readAuditSearch } from "./features/audit/audit-filter.ts";
import { HOME_PATH } from "./features/auth/next-path.ts";
import { SignInPage } from "./features/auth/sign-in-page.tsx";
import { readDiagnosticsSearch } from "./features/diagnostics/diagnostics-search.ts";
import { readCommandsSearch } from "./features/exec/commands-search.ts";
import { readMachineFilter } from "./features/machines/machine-filter.ts";
import { readMachineTab } from "./features/machines/machine-tab.ts";
import { CrashPage } from "./features/navigation/crash-page.tsx";
import { NotFoundPage } from "./features/navigation/not-found-page.tsx";
import { choiceParam, givenParams, textParam, uuidParam } from "./lib/search-params.ts";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage, errorComponent: CrashPage });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  // Checked where it is used: see safeNextPath.
  validateSearch: ({ next }: Record<string, unknown>) => givenParams({ next: textParam(next) }),
  component: SignInPage,
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  component: lazyRouteComponent(() => import("./signed-in.tsx"), "SignedIn"),
});

/** Pages with the bar on top. */
const framed = createRoute({
  getParentRoute: () => signedIn,
  id: "framed",
  component: lazyRouteComponent(() => import("./features/navigation/app-frame.tsx"), "AppFrame"),
});

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
  component: lazyRouteComponent(() => import("./features/machines/machines-page.tsx"), "MachinesPage"),
});

const sessions = createRoute({
  getParentRoute: () => framed,
  path: "/sessions",
  validateSearch: ({ who, status, machine }: Record<string, unknown>) =>
    givenParams({
      who: choiceParam(["mine"], who),
      status: choiceParam(["ended"], status),
      machine: uuidParam(machine),
    }),
  component: lazyRouteComponent(() => import("./features/sessions/sessions-page.tsx"), "SessionsPage"),
});

const audit = createRoute({
  getParentRoute: () => framed,
  path: "/audit-log",
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import("./features/audit/audit-page.tsx"), "AuditPage"),
});

const authKeys = createRoute({
  getParentRoute: () => framed,
  path: "/auth-keys",
  validateSearch: ({ show, q }: Record<string, unknown>) =>
    givenParams({ show: choiceParam(["all"], show), q: textParam(q) }),
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
  validateSearch: ({ show, who, q }: Record<string, unknown>) =>
    givenParams({ show: choiceParam(["all"], show), who: choiceParam(["mine"], who), q: textParam(q) }),
  component: lazyRouteComponent(() => import("./features/api-keys/api-keys-page.tsx"), "ApiKeysPage"),
});

const access = createRoute({
  getParentRoute: () => framed,
  path: "/access-rules",
  validateSearch: readAccessSearch,
  component: lazyRouteComponent(() => import("./features/access/access-page.tsx"), "AccessPage"),
});

const members = createRoute({
  getParentRoute: () => framed,
  path: "/members",
  validateSearch: ({ search, role }: Record<string, unknown>) =>
    givenParams({ search: textParam(search), role: choiceParam(Role.options, role) }),
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
  validateSearch: readCommandsSearch,
  component: lazyRouteComponent(() => import("./features/exec/exec-page.tsx"), "ExecPage"),
});

const diagnostics = createRoute({
  getParentRoute: () => framed,
  path: "/diagnostics",
  validateSearch: readDiagnosticsSearch,
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
  validateSearch: ({ way }: Record<string, unknown>) => givenParams({ way: choiceParam(["service", "node"], way) }),
  component: lazyRouteComponent(() => import("./features/machines/add-machine-page.tsx"), "AddMachinePage"),
});

const device = createRoute({
  getParentRoute: () => signedIn,
  path: DEVICE_PAGE_PATH,
  validateSearch: ({ code }: Record<string, unknown>) => givenParams({ code: textParam(code) }),
  component: lazyRouteComponent(() => import("./features/auth/device-page.tsx"), "DevicePage"),
});

const terminal = createRoute({
  getParentRoute: () => signedIn,
  path: "/terminal/$machineId",
  // `dom` draws text as elements, which tests and screen readers can read; `webgl` insists on the graphics card.
  validateSearch: ({ renderer, session }: Record<string, unknown>) =>
    givenParams({ renderer: choiceParam(["dom", "webgl"], renderer), session: uuidParam(session) }),
  // The terminal's code is only loaded where a terminal is.
  component: lazyRouteComponent(() => import("./features/shell/remote-terminal.tsx"), "RemoteTerminal"),
});

const desktop = createRoute({
  getParentRoute: () => signedIn,
  path: "/remote-desktop/$machineId",
  // `transport` insists on one way for the picture, for support and tests; `type` asks for consent though one need not.
  validateSearch: ({ session, transport, type }: Record<string, unknown>) =>
    givenParams({
      session: uuidParam(session),
      transport: choiceParam(["webrtc", "stream"], transport),
      type: choiceParam(["peer"], type),
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
