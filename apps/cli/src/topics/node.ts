/** `gatekey-admin gateway …`, `mesh hub …` and `mesh spoke …`: the same commands for each kind of node. */
import type { NodeKind } from "@sallyport/protocol";
import { type Command, Option } from "commander";
import { run } from "../cli.ts";
import {
  createNode,
  deleteNode,
  listNodes,
  type NodeOptions,
  rotateNodeToken,
  showNode,
  updateNode,
} from "../commands/node-actions.ts";

export function nodeTopic(program: Command): void {
  register(program.command("gateway").description("gateways"), "gateway", "gateway-1");
  const mesh = program.command("mesh").description("hubs and spokes");
  register(mesh.command("hub").description("hubs"), "hub", "hub-1");
  register(mesh.command("spoke").description("spokes"), "spoke", "spoke-datacenter");
}

const sessionOption = () =>
  new Option("--session [switch]", "whether sessions are allowed; its own configuration must allow them, too").choices([
    "true",
    "false",
  ]);

function register(parent: Command, kind: NodeKind, example: string): void {
  const path = kind === "gateway" ? "gateway" : `mesh ${kind}`;
  const examples = (...lines: string[]) =>
    `\nExamples:\n${lines.map((line) => `  gatekey-admin ${path} ${line}`).join("\n")}`;
  const named = (name: string, what: string) =>
    parent.command(`${name} <${kind}>`).description(`${what}, by its id, agent id or name`);
  const withSettings = (command: Command) => {
    command
      .option("--agent-id <id>", "how to address it, if not by its name")
      .addOption(sessionOption())
      .option("--tag <tags...>", "tags, for selectors and access rules");
    if (kind === "spoke") command.option("--hub-endpoint <host:port>", "where it finds its hub");
    return command;
  };

  withSettings(parent.command("create <name>").description(`make a ${kind}; its token is shown once`))

    .addHelpText("after", examples(`create ${example}`, `create ${example} -o json`, `create ${example} --tag prod`))
    .action(run((cli, name: string, options: NodeOptions) => createNode(cli, kind, name, options)));
  parent
    .command("list")
    .description(`the organisation's ${kind}s`)

    .addHelpText("after", examples("list", "list -o jsonl"))
    .action(run((cli) => listNodes(cli, kind)));
  named("show", `one ${kind}`)
    .addHelpText("after", examples(`show ${example}`))
    .action(run((cli, wanted: string) => showNode(cli, kind, wanted)));
  withSettings(named("update", `change a ${kind}: what is given, and nothing else`))
    .option("--name <name>", "another name")
    .addHelpText("after", examples(`update ${example} --session=false`, `update ${example} --tag prod west`))
    .action(run((cli, wanted: string, options: NodeOptions) => updateNode(cli, kind, wanted, options)));
  named("rotate-token", `another token for a ${kind}; the former one registers nothing any more`)
    .addHelpText("after", examples(`rotate-token ${example}`))
    .action(run((cli, wanted: string) => rotateNodeToken(cli, kind, wanted)));
  parent
    .command(`delete <${kind}>`)
    .description(`forget a ${kind} and end its sessions`)
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples(`delete ${example}`))
    .action(run((cli, wanted: string, options: { yes?: boolean }) => deleteNode(cli, kind, wanted, options)));
}
