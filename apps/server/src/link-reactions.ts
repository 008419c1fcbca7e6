/** What follows from what machines say on their links. */
import type { ExitReport } from "@sallyport/protocol";
import type { Arrivals } from "./arrivals.ts";
import type { DesktopDelivery, DesktopWatch } from "./features/desktop/index.ts";
import type {
  AgentLink,
  AgentLinkEvents,
  ConsentOutcome,
  DuplicateAgents,
  LinkRegistry,
  Refusal,
  Sightings,
} from "./features/link/index.ts";
import { type Presence, touchMachine } from "./features/machines/index.ts";
import type { SessionAuthority, ShellSessions } from "./features/shell/index.ts";
import type { MachineReactions } from "./machine-reactions.ts";
import type { MessageBus } from "./platform/bus/message-bus.ts";
import type { Database } from "./platform/db/database.ts";
import type { Logger } from "./platform/logger.ts";
import type { Metrics } from "./platform/metrics.ts";

export interface LinkReactionsDeps {
  db: Database;
  logger: Logger;
  metrics: Metrics;
  bus: MessageBus;
  links: LinkRegistry;
  duplicates: DuplicateAgents;
  sightings: Sightings;
  machines: MachineReactions;
  presence: Presence;
  arrivals: Arrivals;
  sessions: ShellSessions;
  authority: SessionAuthority;
  desktops: DesktopDelivery;
  desktopWatch: DesktopWatch;
}

export class LinkReactions implements AgentLinkEvents {
  readonly #deps: LinkReactionsDeps;

  constructor(deps: LinkReactionsDeps) {
    this.#deps = deps;
  }

  linked(link: AgentLink, hello: Parameters<AgentLinkEvents["linked"]>[1]): void {
    const { links, metrics, sessions, bus, arrivals, desktops, duplicates, sightings } = this.#deps;
    const { machineId, machine, ipAddress } = link;
    const { host_id } = hello;
    const former = links.find(machineId);
    if (former && former.hostId !== host_id) void duplicates.replaced(machine, ipAddress);
    if (sightings.isBack(machineId, host_id)) void duplicates.suspected(machine, ipAddress);
    links.add(link);
    metrics.agents.set(links.size);
    sessions.machineLinked(machineId);
    bus.publish({ type: "linked", machine_id: machineId, at: link.openedAt, host_id });
    arrivals.add({ link, held: hello.sessions, sessionEnabled: hello.session_enabled });
    this.#orWarn(
      desktops.machineLinked(link, hello.desktops ?? []),
      { machine_id: machineId },
      "the machine was not told of its desktops",
    );
  }

  beat({ machineId }: AgentLink): void {
    this.#deps.presence.beat(machineId);
  }

  goodbye({ machineId }: AgentLink): void {
    const { db, presence, machines } = this.#deps;
    presence.forget(machineId);
    const written = touchMachine(db, machineId, { status: "offline" }).then((machine) => {
      if (machine) machines.announce(machine);
    });
    this.#orWarn(written, { machine_id: machineId }, "presence was not written");
  }

  sessionEnded({ machineId }: AgentLink, sessionId: string, exit: ExitReport): void {
    const ended = this.#deps.authority.endedByHost(machineId, sessionId, exit);
    this.#orWarn(ended, { session_id: sessionId }, "the end of a session could not be looked up");
  }

  refused({ machineId }: AgentLink, refusal: Refusal): void {
    const { logger, authority, desktopWatch } = this.#deps;
    const { sessionId, code, reason } = refusal;
    logger.info({ machine_id: machineId, session_id: sessionId, code, reason }, "the agent refused a command");
    authority.refused(machineId, refusal);
    this.#orWarn(desktopWatch.refused(machineId, refusal), { session_id: sessionId }, "a refusal was not looked up");
  }

  desktopChanged(link: AgentLink): void {
    this.#deps.arrivals.desktopChanged(link);
  }

  desktopConsent({ machineId }: AgentLink, sessionId: string, outcome: ConsentOutcome): void {
    const done = this.#deps.desktopWatch.consented(machineId, sessionId, outcome);
    this.#orWarn(done, { session_id: sessionId }, "a consent at the machine was not written down");
  }

  desktopEnded({ machineId }: AgentLink, sessionId: string, end: { byPerson: boolean; reason: string }): void {
    const done = this.#deps.desktopWatch.endedByMachine(machineId, sessionId, end);
    this.#orWarn(done, { session_id: sessionId }, "the end of a desktop at its machine was not written down");
  }

  closed(link: AgentLink): void {
    const { links, metrics, arrivals } = this.#deps;
    links.remove(link);
    arrivals.left(link);
    metrics.agents.set(links.size);
  }

  #orWarn(work: Promise<void>, about: Record<string, unknown>, message: string): void {
    work.catch((error: unknown) => this.#deps.logger.warn({ err: error, ...about }, message));
  }
}
