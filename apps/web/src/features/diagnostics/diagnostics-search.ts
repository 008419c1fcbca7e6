import { DIAGNOSTIC_TOOLS, type DiagnosticTool } from "@sallyport/protocol";
import { choiceParam, countParam, givenParams, textParam } from "../../lib/search-params.ts";

const TOOLS = Object.keys(DIAGNOSTIC_TOOLS) as DiagnosticTool[];

/** The question that is in the form: `at` are locations with spaces between. `history`: everybody's runs, not this browser's. */
export function readDiagnosticsSearch(search: Record<string, unknown>) {
  const { tool, target, at, count, hops, port, ports, history } = search;
  return givenParams({
    tool: choiceParam(TOOLS, tool),
    target: textParam(target),
    at: textParam(at),
    count: countParam(count),
    hops: countParam(hops),
    port: countParam(port),
    ports: textParam(ports),
    history: choiceParam(["all"], history),
  });
}
