import {
  CONTROL_PLANE,
  DIAGNOSTIC_HOPS,
  DIAGNOSTIC_PINGS,
  DIAGNOSTIC_SECONDS,
  type DiagnosticTool,
} from "@sallyport/protocol";
import type { Command } from "commander";
import { run } from "../cli.ts";
import { troubleshootList } from "../commands/troubleshoot-list.ts";
import { type TroubleshootOptions, troubleshootRun } from "../commands/troubleshoot-run.ts";
import { collect, positiveOption } from "../option-values.ts";

const STATUSES = `
Exit status: 0 the target was reached, 1 it was not or the tool failed, 124 time was up; of several locations: 0 all
             reached it, 124 some had no time, 1 otherwise; what keeps a tool from being started has the usual statuses
`;

/** `gatekey-admin troubleshoot …`: network diagnostics from the control plane or from nodes. */
export function troubleshootTopic(program: Command): void {
  const troubleshoot = program
    .command("troubleshoot")
    .aliases(["diag", "ts"])
    .description("network diagnostics, from the control plane or from nodes");

  const tool = (name: DiagnosticTool, description: string, examples: string) =>
    troubleshoot
      .command(name)
      .description(description)
      .argument("<target>", "a host name or an address")
      .option(
        "--location <where>",
        `where it runs: ${CONTROL_PLANE}, gateway:ID, hub:ID, spoke:ID or machine:ID, by id or name; several, to compare`,
        collect,
      )
      .option("--timeout <seconds>", `stop it after this time (${DIAGNOSTIC_SECONDS.default})`, positiveOption)
      .addHelpText("after", `${STATUSES}\nExamples:\n${examples.replace(/^/gm, "  gatekey-admin troubleshoot ")}`);

  tool("ping", "test ICMP connectivity to a host", "ping 8.8.8.8\nping db-1 --count 10 --location hub:hub-1")
    .option(
      "--count <n>",
      `echo requests, ${DIAGNOSTIC_PINGS.max} at most (${DIAGNOSTIC_PINGS.default})`,
      positiveOption,
    )
    .action(
      run((cli, target: string, { count, ...options }: TroubleshootOptions & { count?: number }) =>
        troubleshootRun(cli, { tool: "ping", target, count }, options),
      ),
    );

  tool(
    "nslookup",
    "look a name up, or the names of an address",
    "nslookup google.com\nnslookup internal.database.local --location spoke:spoke-datacenter",
  ).action(
    run((cli, target: string, options: TroubleshootOptions) =>
      troubleshootRun(cli, { tool: "nslookup", target }, options),
    ),
  );

  tool(
    "traceroute",
    "trace the route to a host",
    "traceroute 10.0.0.1 --location gateway:gateway-west\ntraceroute example.com --location hub:a --location hub:b",
  )
    .alias("tracert")
    .option("--max-hops <n>", `hops, ${DIAGNOSTIC_HOPS.max} at most (${DIAGNOSTIC_HOPS.default})`, positiveOption)
    .action(
      run((cli, target: string, { maxHops, ...options }: TroubleshootOptions & { maxHops?: number }) =>
        troubleshootRun(cli, { tool: "traceroute", target, max_hops: maxHops }, options),
      ),
    );

  tool(
    "nc",
    "test TCP connectivity to a port",
    "nc api.internal.com --port 443\nnc database.internal.com 5432 --location gateway:gateway-west",
  )
    .alias("netcat")
    .argument("[port]", "the port", positiveOption)
    .option("--port <n>", "the port", positiveOption)
    .action(
      run(
        (
          cli,
          target: string,
          second: number | undefined,
          { port, ...options }: TroubleshootOptions & { port?: number },
        ) => troubleshootRun(cli, { tool: "nc", target, port: port ?? second }, options),
      ),
    );

  tool("nmap", "scan ports on a host", "nmap 10.0.0.1 --ports 22,80,443\nnmap db-1 --ports 1-1024 -o json")
    .option("--ports <list>", "ports and ranges, such as 22,80,8000-8010; 1,024 at most")
    .action(
      run((cli, target: string, { ports, ...options }: TroubleshootOptions & { ports?: string }) =>
        troubleshootRun(cli, { tool: "nmap", target, ports }, options),
      ),
    );

  troubleshoot
    .command("list")
    .description("tools, and where they can run now")
    .addHelpText("after", "\nExamples:\n  gatekey-admin troubleshoot list\n  gatekey-admin troubleshoot list -o json")
    .action(run(troubleshootList));
}
