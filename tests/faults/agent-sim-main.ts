/**
 * The fleet as a program, for runs with several processes:
 *
 *     node tests/dist/faults/agent-sim-main.js --control URL[,URL] --nodes nodes.json [--from 0] [--count 5000] [--over 10000]
 *
 * Prints a report as one JSON line every second. A line on standard input is a mark; its end ends the fleet.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { AgentSim } from "./agent-sim.ts";
import type { NodeIdentity } from "./enrol-fleet.ts";

const REPORT_EVERY_MS = 1_000;

const { values } = parseArgs({
  options: {
    control: { type: "string" },
    nodes: { type: "string" },
    from: { type: "string", default: "0" },
    count: { type: "string" },
    over: { type: "string", default: "0" },
  },
});
const { control, nodes: file, count } = values;
if (!control || !file) throw new Error("--control and --nodes are needed");

const from = Number(values.from);
const nodes = JSON.parse(readFileSync(file, "utf8")) as NodeIdentity[];
const sim = new AgentSim({
  control: control.split(","),
  nodes: nodes.slice(from, count === undefined ? undefined : from + Number(count)),
  startOverMs: Number(values.over),
  firstAddress: from,
});
const print = () => process.stdout.write(`${JSON.stringify(sim.report())}\n`);
const reports = setInterval(print, REPORT_EVERY_MS);
sim.start();

const lines = createInterface({ input: process.stdin });
lines.on("line", () => sim.mark());
lines.on("close", () => {
  clearInterval(reports);
  print();
  sim.stop();
});
