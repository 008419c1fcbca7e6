import { Toolbench, type ToolRequest, toolRequest } from "@sallyport/diagnostics";
import {
  AppError,
  CONTROL_PLANE,
  DIAGNOSTIC_RUNS,
  DIAGNOSTIC_TOOLS,
  type DiagnosticLocation,
  type DiagnosticReport,
  type DiagnosticRequest,
  type DiagnosticRun,
  type DiagnosticTool,
} from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import { RateLimit } from "../../platform/rate-limit.ts";
import type { Actor, OrgScope } from "../access/index.ts";
import { type AuditAction, recordEvent } from "../audit/index.ts";
import { listMachinesNow } from "../machines/index.ts";
import { decideReachable } from "../shell/index.ts";
import { Aim, type AimOptions } from "./aim.ts";
import { chooseNode, listLocations, locationOf, type Node } from "./locations.ts";

/** Who runs something. */
export interface By {
  actor: Actor;
  scope: OrgScope;
  ipAddress: string;
}

/** Somebody who waits for it. */
interface Listener {
  onOutput(text: string): void;
  signal: AbortSignal;
}

/** The tools of machines, behind their agents. What they write comes through `onOutput` as it is written. */
export interface MachineTools {
  /** @throws AppError `LOCATION_NOT_AVAILABLE`, `TOOL_NOT_AVAILABLE`, `TOO_MANY_TOOLS` */
  run(node: Node, request: DiagnosticRequest, listener: Listener, by: By): Promise<DiagnosticReport>;
}

export interface DiagnosticsOptions extends AimOptions {
  db: Database;
  heartbeatTimeoutSeconds: number;
  /** Where the tools of this server are looked for, instead of the usual folders. */
  directories?: readonly string[] | undefined;
  machineTools: MachineTools;
}

/** What is recorded of a run; never what it wrote. */
interface Deed {
  request: ToolRequest;
  node: Node | undefined;
  argv: readonly string[] | undefined;
}

/** Runs tools here and on machines, one of them at a time for each call. */
export class Diagnostics {
  readonly #options: DiagnosticsOptions;
  readonly #aim: Aim;
  /** One for each organisation, so that none of them keeps the others waiting. */
  readonly #benches = new Map<string, Toolbench>();
  #isClosed = false;
  readonly #runs = new RateLimit(DIAGNOSTIC_RUNS);

  constructor(options: DiagnosticsOptions) {
    this.#options = options;
    this.#aim = new Aim(options);
  }

  async list(scope: OrgScope): Promise<{
    tools: { name: DiagnosticTool; description: string }[];
    locations: DiagnosticLocation[];
  }> {
    const tools = Object.entries(DIAGNOSTIC_TOOLS).map(([name, description]) => ({
      name: name as DiagnosticTool,
      description,
    }));
    return { tools, locations: listLocations(await this.#nodes(scope)) };
  }

  /** @throws AppError whatever keeps the tool from being started; how it ends is in the answer */
  async run(by: By, input: DiagnosticRequest & { location: string }, listener: Listener): Promise<DiagnosticRun> {
    const request = toolRequest(input);
    const node = input.location === CONTROL_PLANE ? undefined : await this.#requireNode(by.scope, input.location);
    this.#runs.check(by.actor.userId);
    this.#runs.count(by.actor.userId);
    const deed: Deed = { request, node, argv: undefined };
    const begin = async (argv: readonly string[]) => {
      deed.argv = argv;
      await this.#record("troubleshoot.started", by, deed, {});
    };
    const report = node
      ? await this.#runOnMachine(node, input, { ...listener, begin }, by, request)
      : await this.#benchOf(by.scope).run(request, {
          ...listener,
          begin,
          // nslookup asks the resolver about a name, and sends nothing to whom it belongs.
          ...(request.tool !== "nslookup" && { aim: (target) => this.#aim.at(target) }),
        });
    const { status, error, exit_code, duration_ms, truncated } = report;
    await this.#record("troubleshoot.run", by, deed, { status, error, exit_code, duration_ms, truncated });
    return { tool: request.tool, target: request.target.text, location: nameOf(node), ...report };
  }

  /** Ends what runs here. */
  close(): void {
    this.#isClosed = true;
    for (const bench of this.#benches.values()) bench.close();
  }

  #benchOf({ orgId }: OrgScope): Toolbench {
    if (this.#isClosed) throw new AppError("SHUTTING_DOWN", {});
    const { directories } = this.#options;
    const bench = this.#benches.get(orgId) ?? new Toolbench(directories ? { directories } : {});
    this.#benches.set(orgId, bench);
    return bench;
  }

  async #runOnMachine(
    node: Node,
    input: DiagnosticRequest,
    { begin, ...listener }: Listener & { begin(argv: readonly string[]): Promise<void> },
    by: By,
    { tool, target, argumentsFor }: ToolRequest,
  ): Promise<DiagnosticReport> {
    await begin([tool, ...argumentsFor(target)]);
    return this.#options.machineTools.run(node, input, listener, by);
  }

  async #requireNode(scope: OrgScope, location: string): Promise<Node> {
    const node = chooseNode(location, await this.#nodes(scope));
    if (node.isReady) return node;
    throw new AppError("LOCATION_NOT_AVAILABLE", {
      location: locationOf(node),
      reason: "ensure that its agent is running, and that session_enabled is true there and here",
    });
  }

  async #nodes(scope: OrgScope): Promise<Node[]> {
    const { db, heartbeatTimeoutSeconds } = this.#options;
    const machines = await listMachinesNow(db, scope, heartbeatTimeoutSeconds);
    return machines.map((found) => {
      const { id, name, kind, agentId } = found.machine;
      return { id, agentId: agentId ?? name, name, type: kind, isReady: decideReachable(found) === undefined };
    });
  }

  #record(action: AuditAction, by: By, { request, node, argv }: Deed, facts: Record<string, unknown>): Promise<void> {
    return this.#options.db.transaction((tx) =>
      recordEvent(tx, {
        action,
        orgId: by.scope.orgId,
        resourceType: node ? "machine" : CONTROL_PLANE,
        resourceId: node?.id ?? null,
        actorId: by.actor.userId,
        metadata: {
          tool: request.tool,
          target: request.target.text,
          location: nameOf(node),
          ...(node && { machine_name: node.name }),
          argv,
          ...facts,
        },
        ipAddress: by.ipAddress,
      }),
    );
  }
}

const nameOf = (node: Node | undefined): string => (node ? locationOf(node) : CONTROL_PLANE);
