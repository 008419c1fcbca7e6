/** Builds the control plane by hand and in order, and takes it down in reverse. The only file that knows all features. */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { SecureRemoteTerminalService } from "@sallyport/secure-terminal";
import type { Config } from "./config.ts";
import { type Actor, admit, decideAdmission, findStanding, type OrgScope } from "./features/access/index.ts";
import {
  AccessTokens,
  authenticateToken,
  bearerToken,
  bindAuth,
  deleteDeadRefreshTokens,
  SignIns,
} from "./features/auth/index.ts";
import { bindAuthKeys } from "./features/auth-keys/index.ts";
import { ensureFirstOwner, type FirstOwner } from "./features/bootstrap/index.ts";
import { Dashboards } from "./features/dashboard/index.ts";
import { type AgentLinkEvents, LinkRegistry, linkRoute } from "./features/link/index.ts";
import {
  bindMachines,
  type Machine,
  type MachineEvents,
  Presence,
  Registrar,
  touchMachine,
  viewMachine,
} from "./features/machines/index.ts";
import { bindOperations, operatorCommands } from "./features/operations/index.ts";
import { bindOrganisations } from "./features/organisations/index.ts";
import {
  bindShell,
  findOrgOfMachine,
  SHELL_GUARD,
  ShellSessions,
  shellRoute,
  streamRoute,
  terminalAuditHandle,
} from "./features/shell/index.ts";
import { bindTables } from "./features/tables/index.ts";
import type { Database } from "./platform/db/database.ts";
import { type DataDirLock, lockDataDir } from "./platform/db/embedded/lock-data-dir.ts";
import { type OpenStore, openStore } from "./platform/db/open-store.ts";
import { EndpointBinder } from "./platform/http/bind-endpoint.ts";
import { clientAddressRule } from "./platform/http/client-address.ts";
import { createHttpServer, type HttpServer } from "./platform/http/http-server.ts";
import { originPolicy, ownOrigins } from "./platform/http/origin.ts";
import { serveSite } from "./platform/http/static-site.ts";
import { SocketRouter } from "./platform/live/socket-router.ts";
import { type LocalSocket, openLocalSocket } from "./platform/local/local-socket.ts";
import { type Logger, libraryLogger } from "./platform/logger.ts";
import { createMetrics } from "./platform/metrics.ts";
import { loadNodeId } from "./platform/node-id.ts";
import { Keyring, loadMasterSecret } from "./platform/secrets/keyring.ts";
import { steadyNow } from "./platform/steady-clock.ts";

/** Where Vite puts the dashboard. */
const SITE = fileURLToPath(new URL("dist", import.meta.resolve("@sallyport/web/package.json")));

/** Dashboards are looked at again this often, for changes made by SQL. */
const DASHBOARD_RECHECK_MS = 15_000;

/** What nobody can use any more is deleted this often. */
const HOUSEKEEPING_EVERY_MS = 3_600_000;

export interface RunningServer {
  /** Where people open it. */
  url: string;
  firstOwner: FirstOwner | undefined;
  /** Set when the embedded database has died: nothing can be served any more. */
  crashed: Promise<Error>;
  /** Stops taking work, tells everybody who is connected, writes what is under way, and closes. */
  stop(): Promise<void>;
}

/** What has been started, to be stopped in reverse. */
class Started {
  readonly #stops: (() => Promise<void> | void)[] = [];

  add(stop: () => Promise<void> | void): void {
    this.#stops.push(stop);
  }

  async stop(logger: Logger): Promise<void> {
    for (const stop of this.#stops.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        // What was started before it still has to be stopped: above all, the database and its lock.
        logger.error({ err: error }, "a part could not be stopped");
      }
    }
  }
}

export async function startServer(config: Config, logger: Logger): Promise<RunningServer> {
  const started = new Started();
  try {
    return await start(config, logger, started);
  } catch (error) {
    await started.stop(logger);
    throw error;
  }
}

async function start(config: Config, logger: Logger, started: Started): Promise<RunningServer> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const lock: DataDirLock = await lockDataDir(config.dataDir);
  started.add(() => lock.release());
  const keyring = new Keyring(config.sessionTokenSecret ?? (await loadMasterSecret(config.dataDir)));
  const nodeId = await loadNodeId(config.dataDir);
  const store: OpenStore = await openStore(config, lock);
  started.add(() => store.close());
  const { db } = store;
  const firstOwner = await ensureFirstOwner(db, {
    email: config.adminEmail,
    password: config.adminPassword,
    plan: config.defaultPlan,
  });

  let publicUrl = config.publicUrl ?? "";
  const metrics = createMetrics();
  const app: HttpServer = createHttpServer({
    logger,
    metrics,
    trustProxy: config.trustProxy,
    publicUrl: () => publicUrl || "http://127.0.0.1",
  });
  let isAllowedOrigin: (origin: string) => boolean = () => false;
  const sockets = new SocketRouter(app.server, {
    logger,
    metrics,
    isAllowedOrigin: (origin) => isAllowedOrigin(origin),
    clientAddress: clientAddressRule(config.trustProxy),
  });

  const tokens = new AccessTokens(keyring.derive("access tokens"), config.accessTokenSeconds);
  const authenticate = (token: string | undefined): Promise<Actor> => authenticateToken(db, tokens, token);
  const bind = new EndpointBinder<Actor, OrgScope>(app, {
    authenticate: (authorization) => authenticate(bearerToken(authorization)),
    admit: (actor, orgId, guard) => admit(db, actor, orgId, guard),
  });

  const links = new LinkRegistry();
  const dashboards = new Dashboards(db);
  const terminal = new SecureRemoteTerminalService(terminalAuditHandle(db), libraryLogger(logger), {
    now: steadyNow,
    env: {
      SESSION_TOKEN_SECRET: keyring.derive("session tokens").toString("hex"),
      SESSION_EXPIRY_SECONDS: String(config.sessionExpirySeconds),
      RATE_LIMIT_TOKENS: String(config.rateLimitTokens),
      RATE_LIMIT_BURST: String(config.rateLimitBurst),
      CLOCK_SKEW_TOLERANCE: String(config.clockSkewToleranceSeconds),
    },
    checkAccess: (userId, machineId) => mayOpenShell(db, userId, machineId),
  });
  const sessions = new ShellSessions({
    db,
    logger,
    metrics,
    links,
    terminal,
    nodeId,
    nodeUrl: () => config.nodeUrl ?? publicUrl,
    rateLimitTokens: config.rateLimitTokens,
    sessionExpirySeconds: config.sessionExpirySeconds,
  });

  const changed = (machine: Machine) =>
    dashboards.publish(machine.orgId, { type: "machine.changed", machine: viewMachine(machine) });
  const endOfMachine = (machineId: string, reason: string) => {
    sessions.endWhere((session) => session.machineId === machineId, "SESSION_REVOKED", reason);
    links.find(machineId)?.end("MACHINE_DISABLED", reason);
  };
  const machineEvents: MachineEvents = {
    changed(machine) {
      changed(machine);
      links.find(machine.id)?.renamed(machine.name);
    },
    barred(machine, reason) {
      changed(machine);
      endOfMachine(machine.id, reason);
    },
    sessionsSwitched(machine) {
      changed(machine);
      if (!machine.sessionEnabled) {
        sessions.endWhere(({ machineId }) => machineId === machine.id, "SESSION_REVOKED", "sessions were switched off");
      }
    },
    deleted(machine) {
      dashboards.publish(machine.orgId, { type: "machine.deleted", machine_id: machine.id });
      endOfMachine(machine.id, "the machine was deleted");
    },
  };
  const presence = new Presence({ db, logger, events: machineEvents, timeoutSeconds: config.heartbeatTimeoutSeconds });
  const registrar = new Registrar(db, keyring, (machine) => {
    changed(machine);
    // A device that enrolled anew has new keys: the link with the old ones is over.
    links.find(machine.id)?.replace();
  });
  const seen = async (machineId: string, status: "online" | "offline") => {
    try {
      const machine = await touchMachine(db, machineId, { status });
      if (machine) changed(machine);
      return machine;
    } catch (error) {
      logger.warn({ err: error, machine_id: machineId }, "presence was not written");
      return links.find(machineId)?.machine;
    }
  };
  const linkEvents: AgentLinkEvents = {
    linked(link) {
      links.add(link);
      metrics.agents.set(links.size);
      void seen(link.machineId, "online").then((machine) => {
        // What an administrator did, or a new enrolment, since the handshake.
        if (!machine || !link.isStillOf(machine)) link.end("MACHINE_DISABLED", "this machine may not be here any more");
      });
    },
    beat: (link) => presence.beat(link.machineId),
    goodbye(link) {
      presence.forget(link.machineId);
      void seen(link.machineId, "offline");
    },
    sessionEnded: (link, sessionId, exit) => sessions.endedByHost(link.machineId, sessionId, exit.reason),
    refused: (link, sessionId, reason) => {
      logger.info({ machine_id: link.machineId, session_id: sessionId, reason }, "the agent refused a command");
      if (sessionId) sessions.refused(link.machineId, sessionId, reason);
    },
    closed(link) {
      links.remove(link);
      metrics.agents.set(links.size);
    },
  };
  const onRightsChanged = (orgId: string) => {
    void sessions.recheck((session) => session.orgId === orgId);
    void dashboards.rightsChanged(orgId).catch((error: unknown) => logger.warn({ err: error }, "dashboards not told"));
  };
  const onSignOut = (signInId: string) => {
    sessions.endWhere((session) => session.signInId === signInId, "SESSION_REVOKED", "signed out");
    dashboards.signedOut(signInId);
  };

  bindAuth(bind, { db, signIns: new SignIns(db, tokens, onSignOut) });
  bindOrganisations(bind, { db, defaultPlan: config.defaultPlan, onRightsChanged });
  bindAuthKeys(bind, {
    db,
    onQuarantined: (scope, machineIds) => {
      for (const id of machineIds) endOfMachine(id, "its auth key was revoked");
      dashboards.publish(scope.orgId, { type: "access.changed" });
    },
  });
  bindMachines(bind, { db, registrar, events: machineEvents });
  bindShell(bind, { db, heartbeatTimeoutSeconds: config.heartbeatTimeoutSeconds });
  bindTables(bind, { db });
  sockets.add(shellRoute({ db, sessions, authenticate, heartbeatTimeoutSeconds: config.heartbeatTimeoutSeconds }));
  sockets.add(streamRoute({ sessions }));
  sockets.add(linkRoute({ db, keyring, events: linkEvents, logger }));
  sockets.add(dashboards.route(authenticate));

  let serving = false;
  bindOperations(app, { isServing: () => serving, ping: store.ping, metrics, url: () => publicUrl });
  await serveSite(app, SITE);

  await sessions.start();
  presence.start();
  const watch = setInterval(() => {
    dashboards.recheck().catch((error: unknown) => logger.warn({ err: error }, "dashboards could not be checked"));
  }, DASHBOARD_RECHECK_MS);
  started.add(() => clearInterval(watch));
  const housekeeping = setInterval(() => {
    deleteDeadRefreshTokens(db).catch((error: unknown) => logger.warn({ err: error }, "housekeeping failed"));
  }, HOUSEKEEPING_EVERY_MS);
  started.add(() => clearInterval(housekeeping));
  started.add(async () => {
    serving = false;
    sockets.close();
    await sessions.stop();
    dashboards.close();
    for (const link of links.all()) link.end("SHUTTING_DOWN", "the control plane is restarting");
    await presence.stop();
    await sockets.drain();
    await app.close();
  });
  const local: LocalSocket = await openLocalSocket(config.dataDir, operatorCommands(db));
  started.add(() => local.close());

  await app.listen({ host: config.host, port: config.port });
  publicUrl ||= ownUrl(config.host, app);
  isAllowedOrigin = originPolicy(ownOrigins(publicUrl, config.allowedOrigins));
  serving = true;
  logger.info({ url: publicUrl, node_id: nodeId, database: store.kind }, "serving");
  return { url: publicUrl, firstOwner, crashed: store.crashed, stop: () => started.stop(logger) };
}

/** The library asks again whether a session may be made: the same decision, by the same function. */
async function mayOpenShell(db: Database, userId: string, machineId: string): Promise<boolean> {
  const orgId = await findOrgOfMachine(db, machineId);
  if (orgId === null) return false;
  return decideAdmission(await findStanding(db, orgId, userId), SHELL_GUARD) === "admitted";
}

/** An address that works from this machine, for a server that listens on every interface too. */
function ownUrl(host: string, app: HttpServer): string {
  const address = app.server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
