/** What is asked of a tool, as the form and the address have it, and what is wrong with it. Pure. */
import {
  CONTROL_PLANE,
  DIAGNOSTIC_HOPS,
  DIAGNOSTIC_PINGS,
  DIAGNOSTIC_PORTS,
  DIAGNOSTIC_TARGET_CHARS,
  type DiagnosticRequest,
  DiagnosticTool,
} from "@sallyport/protocol";
import { z } from "zod";
import { t } from "../../lib/texts.ts";

/** Places that one question is put to at most. */
export const LOCATIONS_MAX = 20;

/** Numbers are as they were typed. */
export const Question = z.object({
  tool: DiagnosticTool,
  target: z.string(),
  locations: z.array(z.string()),
  count: z.string(),
  hops: z.string(),
  port: z.string(),
  ports: z.string(),
});
export type Question = z.infer<typeof Question>;

/** As the address has it: what is not said is left out. */
export interface QuestionSearch {
  tool?: DiagnosticTool;
  target?: string;
  at?: string;
  count?: number;
  hops?: number;
  port?: number;
  ports?: string;
}

export const questionFrom = ({ tool, target, at, count, hops, port, ports }: QuestionSearch): Question => ({
  tool: tool ?? "ping",
  target: target ?? "",
  locations: at ? [...new Set(at.split(" ").filter(Boolean))].slice(0, LOCATIONS_MAX) : [CONTROL_PLANE],
  count: String(count ?? DIAGNOSTIC_PINGS.default),
  hops: String(hops ?? DIAGNOSTIC_HOPS.default),
  port: port === undefined ? "443" : String(port),
  ports: ports ?? "22,80,443",
});

/** Only the settings of its own tool. */
export function searchFrom({ tool, target, locations, count, hops, port, ports }: Question): QuestionSearch {
  return {
    tool,
    ...(target.trim() !== "" && { target: target.trim() }),
    ...(locations.length > 0 && { at: locations.join(" ") }),
    ...(tool === "ping" && isWhole(count) && { count: Number(count) }),
    ...(tool === "traceroute" && isWhole(hops) && { hops: Number(hops) }),
    ...(tool === "nc" && isWhole(port) && { port: Number(port) }),
    ...(tool === "nmap" && ports.trim() !== "" && { ports: ports.trim() }),
  };
}

/** What the server is asked, but for the place. */
export function requestFrom({ tool, target, count, hops, port, ports }: Question): DiagnosticRequestInput {
  return {
    tool,
    target: target.trim(),
    ...(tool === "ping" && { count: Number(count) }),
    ...(tool === "traceroute" && { max_hops: Number(hops) }),
    ...(tool === "nc" && { port: Number(port) }),
    ...(tool === "nmap" && { ports: ports.replaceAll(" ", "") }),
  };
}
type DiagnosticRequestInput = z.input<typeof DiagnosticRequest>;

type Field = "target" | "locations" | "count" | "hops" | "port" | "ports";

/** What keeps a question from being asked, by field. The server decides about targets: it knows more about them. */
export function problemsOf(question: Question): Partial<Record<Field, string>> {
  const { tool, target, locations, count, hops, port, ports } = question;
  const settings: Record<DiagnosticTool, Partial<Record<Field, string | undefined>>> = {
    ping: { count: between(count, DIAGNOSTIC_PINGS) },
    traceroute: { hops: between(hops, DIAGNOSTIC_HOPS) },
    nc: { port: between(port, { min: 1, max: HIGHEST_PORT }) },
    nmap: { ports: problemOfPorts(ports.replaceAll(" ", "")) },
    nslookup: {},
  };
  const all = {
    target:
      target.trim() === ""
        ? t("Enter a host name or an address")
        : target.trim().length > DIAGNOSTIC_TARGET_CHARS
          ? t("At most {{most}} characters", { most: DIAGNOSTIC_TARGET_CHARS })
          : undefined,
    locations:
      locations.length === 0
        ? t("Choose a place to run it from")
        : locations.length > LOCATIONS_MAX
          ? t("At most {{most}} places at once", { most: LOCATIONS_MAX })
          : undefined,
    ...settings[tool],
  };
  return Object.fromEntries(Object.entries(all).filter(([, problem]) => problem !== undefined));
}

const HIGHEST_PORT = 65_535;
const PORT_LIST = /^[1-9]\d{0,4}(?:-[1-9]\d{0,4})?(?:,[1-9]\d{0,4}(?:-[1-9]\d{0,4})?)*$/;

const isWhole = (text: string): boolean => /^\d{1,9}$/.test(text.trim());

const between = (text: string, { min, max }: { min: number; max: number }): string | undefined =>
  isWhole(text) && Number(text) >= min && Number(text) <= max
    ? undefined
    : t("A number from {{min}} to {{max}}", { min, max });

function problemOfPorts(text: string): string | undefined {
  if (!PORT_LIST.test(text)) return t("Numbers and ranges, such as 22,80,8000-8010");
  const ranges = text.split(",").map((range) => range.split("-").map(Number));
  let count = 0;
  for (const [first = 0, last = first] of ranges) {
    if (last > HIGHEST_PORT || first > last)
      return t("From 1 to {{highest}}, each range from low to high", { highest: HIGHEST_PORT });
    count += last - first + 1;
  }
  return count > DIAGNOSTIC_PORTS
    ? t("At most {{most}} ports, not {{number}}", { most: DIAGNOSTIC_PORTS, number: count })
    : undefined;
}

/** In words: `ping db-1`, `nc db-1 5432`. */
export function questionWords({ tool, target, port, ports }: Question): string {
  const more = { nc: ` ${port}`, nmap: ` -p ${ports}`, ping: "", nslookup: "", traceroute: "" }[tool];
  return `${tool} ${target.trim()}${more}`;
}
