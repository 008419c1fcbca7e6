/** Builds the control plane by hand and in order, and takes it down in reverse. The only file that knows all features. */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { SecureRemoteTerminalService } from "@sallyport/secure-terminal";
import { AccessReactions } from "./access-reactions.ts";
import { Arrivals } from "./arrivals.ts";
import type { Config } from "./config.ts";
import {
  type Actor,
  type ApiCallers,
  admit,
  bindAccess,
  type OrgScope,
  requirePerson,
} from "./features/access/index.ts";
import { authenticateApiKey, isApiKey } from "./features/api-keys/index.ts";
import { AuditSigner, AuditUpkeep, bindAudit, ChainAuditor, KeptHeads, RefusalLog } from "./features/audit/index.ts";
import {
  AccessTokens,
  authenticateToken,
  bearerToken,
  bindAuth,
  DeviceSignIns,
  deleteDeadDevices,
  deleteDeadRefreshTokens,
  SignIns,
} from "./features/auth/index.ts";
import { bindAuthKeys } from "./features/auth-keys/index.ts";
import { ensureFirstOwner, type FirstOwner } from "./features/bootstrap/index.ts";
import { NodeLease } from "./features/cluster/index.ts";
import { Dashboards, RecordWatch } from "./features/dashboard/index.ts";
import {
  bindDesktop,
  DesktopDelivery,
  DesktopStreams,
  DesktopWatch,
  desktopSocketRoute,
  desktopStreamRoute,
} from "./features/desktop/index.ts";
import { bindExec } from "./features/exec/index.ts";
import { authenticateSchedule, bindKeyExpiry, KeyExpiry } from "./features/key-expiry/index.ts";
import { DuplicateAgents, LinkRegistry, linkRoute, Sightings } from "./features/link/index.ts";
import {
  authenticateNode,
  bindMachines,
  bindNodes,
  findTarget,
  machineForgetter,
  Presence,
  Registrar,
} from "./features/machines/index.ts";
import { bindOperations, operatorCommands } from "./features/operations/index.ts";
import { bindOrganisations } from "./features/organisations/index.ts";
import {
  bindShell,
  MachineCommands,
  SessionAuthority,
  SessionEndings,
  SessionTokens,
  SessionWatch,
  ShellSessions,
  shellAccessCheck,
  shellRoute,
  streamRoute,
  terminalAuditHandle,
} from "./features/shell/index.ts";
import { bindTables, tableGrants } from "./features/tables/index.ts";
import { bindTroubleshoot, Diagnostics, machineTools } from "./features/troubleshoot/index.ts";
import { LinkReactions } from "./link-reactions.ts";
import { MachineReactions } from "./machine-reactions.ts";
import { type MessageBus, soloBus } from "./platform/bus/message-bus.ts";
import { NatsBus } from "./platform/bus/nats-bus.ts";
import type { Queryable } from "./platform/db/database.ts";
import { type DataDirLock, lockDataDir } from "./platform/db/embedded/lock-data-dir.ts";
import { type OpenStore, openStore } from "./platform/db/open-store.ts";
import { EndpointBinder, type Gatekeeper } from "./platform/http/bind-endpoint.ts";
import { clientAddressRule } from "./platform/http/client-address.ts";
import { createHttpServer, type HttpServer } from "./platform/http/http-server.ts";
import { originPolicy, ownOrigins } from "./platform/http/origin.ts";
import { PreAuthGate } from "./platform/http/pre-auth-gate.ts";
import { requireRegistered } from "./platform/http/registered-routes.ts";
import { serveSite } from "./platform/http/static-site.ts";
import { SocketRouter } from "./platform/live/socket-router.ts";
import { type LocalSocket, openLocalSocket } from "./platform/local/local-socket.ts";
import { type Logger, libraryLogger } from "./platform/logger.ts";
import { createMetrics } from "./platform/metrics.ts";
import { loadNodeId } from "./platform/node-id.ts";
import { Keyring, loadMasterSecret } from "./platform/secrets/keyring.ts";
import { steadyNow } from "./platform/steady-clock.ts";
import { hearSignal } from "./signals.ts";

/** Where Vite puts the dashboard. */
const SITE = fileURLToPath(new URL("dist", import.meta.resolve("@sallyport/web/package.json")));

/** Dashboards are looked at again this often, for changes made by SQL. */
const DASHBOARD_RECHECK_MS = 15_000;

/** What nobody can use any more is deleted this often. */
const HOUSEKEEPING_EVERY_MS = 3_600_000;

/** Shorter ones can be guessed by trying. */
const GOOD_SECRET_CHARS = 16;

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
  const store: OpenStore = await openStore(config, lock, tableGrants());
  started.add(() => store.close());
  const { db } = store;
  if (store.wallNeeds !== undefined) {
    logger.warn({ run: store.wallNeeds }, "the database user may not build the second wall around tenants");
  }
  const firstOwner = await ensureFirstOwner(db, {
    email: config.adminEmail,
    password: config.adminPassword,
    plan: config.defaultPlan,
  });

  let publicUrl = config.publicUrl ?? "";
  const metrics = createMetrics();
  const chains = { db, signer: new AuditSigner(keyring), kept: new KeptHeads(config.dataDir) };
  const auditor = new ChainAuditor(chains);
  const upkeep = new AuditUpkeep({
    ...chains,
    alone: store.alone,
    logger,
    metrics,
    retentionDays: config.auditRetentionDays,
    lokiUrl: config.lokiUrl,
    lokiTenant: config.lokiTenant,
  });
  const refusals = new RefusalLog({ db, logger });
  started.add(() => upkeep.stop());
  started.add(() => refusals.stop());
  const app: HttpServer = createHttpServer({
    logger,
    metrics,
    trustProxy: config.trustProxy,
    publicUrl: () => publicUrl || "http://127.0.0.1",
    answered: (socket) => gate.proven(socket),
  });
  if (config.cronSecret !== undefined && config.cronSecret.length < GOOD_SECRET_CHARS) {
    logger.warn({ chars: config.cronSecret.length }, "CRON_SECRET is short enough to be guessed");
  }
  const requireAllRoutes = requireRegistered(app);
  const gate = new PreAuthGate(app.server, { metrics, trustProxy: config.trustProxy });
  let isAllowedOrigin: (origin: string) => boolean = () => false;
  const sockets = new SocketRouter(app.server, {
    logger,
    metrics,
    isAllowedOrigin: (origin) => isAllowedOrigin(origin),
    clientAddress: clientAddressRule(config.trustProxy),
    accepted: (socket) => gate.proven(socket),
    refused: (upgrade) => refusals.refusedUpgrade(upgrade),
  });

  const tokens = new AccessTokens(keyring.derive("access tokens"), config.accessTokenSeconds);
  const authenticate = (token: string | undefined): Promise<Actor> =>
    isApiKey(token) ? authenticateApiKey(db, token) : authenticateToken(db, tokens, token);
  const gatekeeper: Gatekeeper<ApiCallers> = {
    authenticate: (authorization) => authenticate(bearerToken(authorization)),
    requirePerson,
    authenticateNode: (nodeKey) => authenticateNode(db, nodeKey),
    authenticateSchedule: (request) => authenticateSchedule(request, { db, secret: config.cronSecret, authenticate }),
    admit: (actor, orgId, guard) => admit(db, actor, orgId, guard),
    refused: (call) => refusals.refusedCall(call),
  };
  const bind = new EndpointBinder<ApiCallers>(app, gatekeeper, logger);

  const links = new LinkRegistry();
  const duplicates = new DuplicateAgents({ db, logger });
  const sightings = new Sightings();
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
    checkAccess: shellAccessCheck(db),
  });
  const bus: MessageBus = config.natsUrl
    ? new NatsBus({ url: config.natsUrl, key: keyring.derive("message bus"), logger, metrics })
    : soloBus;
  started.add(() => bus.close());
  const commands = new MachineCommands({
    links,
    bus,
    streamTokenKey: keyring.derive("stream tokens"),
    nodeUrl: () => config.nodeUrl ?? publicUrl,
    graceSeconds: config.sessionGraceSeconds,
  });
  const sessionChanged = (session: { id: string; orgId: string; machineId: string }) => {
    dashboards.publish(session.orgId, { type: "sessions.changed" });
    bus.publish({ type: "session", org_id: session.orgId, session_id: session.id, machine_id: session.machineId });
  };
  const endings: SessionEndings = new SessionEndings({ db, logger }, (session) => {
    authority.enforceEnd(session);
    sessionChanged(session);
  });
  // Others of a cluster use the same database.
  const hasPeers = config.databaseUrl !== undefined;
  const sessions = new ShellSessions({
    db,
    logger,
    metrics,
    keyring,
    commands,
    endings,
    tokens: new SessionTokens(terminal, config.sessionExpirySeconds),
    nodeId,
    hasPeers,
    rateLimitTokens: config.rateLimitTokens,
    changed: sessionChanged,
  });
  const authority = new SessionAuthority({ db, logger, sessions, endings, commands });
  const watch = new SessionWatch({
    db,
    logger,
    links,
    commands,
    authority,
    endings,
    nodeId,
    graceSeconds: config.sessionGraceSeconds,
    hasPeers,
  });

  const desktopTokenKey = keyring.derive("desktop stream tokens");
  const desktopStreams = new DesktopStreams({
    db,
    logger,
    metrics,
    keyring,
    nodeId,
    streamTokenKey: desktopTokenKey,
    requested: (session) => desktops.tell(session, { news: "stream" }),
  });
  const desktops: DesktopDelivery = new DesktopDelivery({
    db,
    logger,
    links,
    dashboards,
    bus,
    ice: config,
    viewers: desktopStreams,
    streamTokenKey: desktopTokenKey,
  });
  const desktopWatch = new DesktopWatch({
    db,
    logger,
    delivery: desktops,
    streams: desktopStreams,
    graceSeconds: config.sessionGraceSeconds,
  });
  const target = (scope: OrgScope, machineId: string) =>
    findTarget(db, scope, machineId, config.heartbeatTimeoutSeconds);

  const access = new AccessReactions({ logger, bus, dashboards, sessions, authority, desktopWatch, desktopStreams });
  const onRightsChanged = (orgId: string) => access.onRightsChanged(orgId);
  const machines = new MachineReactions({
    links,
    duplicates,
    sightings,
    dashboards,
    bus,
    authority,
    desktopWatch,
    onRightsChanged,
  });
  const presence = new Presence({ db, logger, events: machines, timeoutSeconds: config.heartbeatTimeoutSeconds });
  const endSessions = (tx: Queryable, machineId: string) => machines.endWith(tx, machineId);
  const beatsWritten = () => presence.written();
  const keyExpiry = new KeyExpiry({ db, logger, metrics, events: machines, endSessions, beatsWritten });
  const registrar = new Registrar(db, keyring, (machine, device) => machines.registered(machine, device));
  const forget = machineForgetter({ db, events: machines, endSessions });
  const arrivals = new Arrivals({ db, logger, nodeId, authority, machines });
  const linkEvents = new LinkReactions({
    db,
    logger,
    metrics,
    bus,
    links,
    duplicates,
    sightings,
    machines,
    presence,
    arrivals,
    sessions,
    authority,
    desktops,
    desktopWatch,
  });
  const signalDeps = {
    db,
    logger,
    links,
    duplicates,
    sightings,
    sessions,
    authority,
    watch,
    dashboards,
    commands,
    desktops,
    access,
    machines,
  };
  bus.listen({
    heard: (signal) => hearSignal(signal, signalDeps),
    restored: () => {
      void watch.catchUp();
    },
  });

  const { databaseUrl, natsUrl, lokiUrl } = config;
  const diagnostics = new Diagnostics({
    db,
    heartbeatTimeoutSeconds: config.heartbeatTimeoutSeconds,
    allowed: config.troubleshootAllow,
    services: [databaseUrl, natsUrl, lokiUrl].filter((url) => url !== undefined),
    directories: config.troubleshootTools,
    machineTools: machineTools({ db, sessions }),
  });

  const onQuarantined = ({ orgId }: OrgScope, machineIds: string[]) => machines.quarantined(orgId, machineIds);
  const onSignOut = (signInId: string) => access.onSignOut(signInId);
  const signIns = new SignIns(db, tokens, onSignOut);
  bindAuth(bind, { db, signIns, devices: new DeviceSignIns({ db, signIns, publicUrl: () => publicUrl }) });
  bindOrganisations(bind, { db, defaultPlan: config.defaultPlan, onRightsChanged });
  bindAuthKeys(bind, { db, onQuarantined, onSignOut });
  bindKeyExpiry(bind, keyExpiry);
  bindMachines(bind, { db, registrar, events: machines, forget });
  bindNodes(bind, { db, keyring, registrar, events: machines, forget });
  bindShell(bind, { db, authority, heartbeatTimeoutSeconds: config.heartbeatTimeoutSeconds });
  bindExec(bind, { db, heartbeatTimeoutSeconds: config.heartbeatTimeoutSeconds });
  bindDesktop(bind, { db, delivery: desktops, ice: config, findTarget: target });
  bindAccess(bind, { db, findTarget: target });
  bindTables(bind, { db, wall: store.wall, onRightsChanged });
  bindAudit(bind, { db, auditor });
  bindTroubleshoot(bind, diagnostics);
  sockets.add(shellRoute({ db, sessions, authenticate, heartbeatTimeoutSeconds: config.heartbeatTimeoutSeconds }));
  sockets.add(streamRoute({ sessions }));
  sockets.add(desktopSocketRoute({ db, delivery: desktops, streams: desktopStreams, authenticate }));
  sockets.add(desktopStreamRoute({ streams: desktopStreams }));
  sockets.add(linkRoute({ db, keyring, events: linkEvents, logger }));
  sockets.add(dashboards.route(authenticate));

  let serving = false;
  bindOperations(app, { isServing: () => serving, ping: store.ping, metrics, url: () => publicUrl });
  await serveSite(app, SITE);
  requireAllRoutes();

  await sessions.start();
  await desktopStreams.start();
  await arrivals.start();
  presence.start();
  keyExpiry.start(config.enforceExpirySeconds);
  upkeep.start();
  refusals.start();
  const dashboardWatch = setInterval(() => {
    dashboards.recheck().catch((error: unknown) => logger.warn({ err: error }, "dashboards could not be checked"));
  }, DASHBOARD_RECHECK_MS);
  started.add(() => clearInterval(dashboardWatch));
  const recordWatch = new RecordWatch(db, dashboards, logger);
  started.add(() => recordWatch.stop());
  const housekeeping = setInterval(() => {
    Promise.all([deleteDeadRefreshTokens(db), deleteDeadDevices(db)]).catch((error: unknown) =>
      logger.warn({ err: error }, "housekeeping failed"),
    );
  }, HOUSEKEEPING_EVERY_MS);
  started.add(() => clearInterval(housekeeping));
  const lease = new NodeLease({ db, logger, nodeId });
  started.add(async () => {
    serving = false;
    sockets.close();
    diagnostics.close();
    watch.stop();
    await desktopWatch.stop();
    await keyExpiry.stop();
    await sessions.stop();
    await desktopStreams.stop();
    await endings.stop();
    await lease.stop();
    dashboards.close();
    for (const link of links.all()) link.end("SHUTTING_DOWN", "the control plane is restarting");
    await presence.stop();
    await arrivals.stop();
    await sockets.drain();
    await app.close();
  });
  const local: LocalSocket = await openLocalSocket(
    config.dataDir,
    operatorCommands({ db, auditor, onQuarantined, heartbeatTimeoutSeconds: config.heartbeatTimeoutSeconds }),
    logger,
  );
  started.add(() => local.close());

  await app.listen({ host: config.host, port: config.port });
  publicUrl ||= ownUrl(config.host, app);
  await lease.start(config.nodeUrl ?? publicUrl);
  watch.start();
  desktopWatch.start();
  isAllowedOrigin = originPolicy(ownOrigins(publicUrl, config.allowedOrigins));
  serving = true;
  logger.info({ url: publicUrl, node_id: nodeId, database: store.kind }, "serving");
  return { url: publicUrl, firstOwner, crashed: store.crashed, stop: () => started.stop(logger) };
}

/** An address that works from this machine, for a server that listens on every interface too. */
function ownUrl(host: string, app: HttpServer): string {
  const address = app.server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
