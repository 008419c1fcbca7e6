/** What is to be installed as a service. Pure. */
import { NODE_KINDS, type NodeKind } from "@sallyport/protocol";

export interface ServiceSpec {
  /** Of the unit, without `.service`. */
  name: string;
  description: string;
  /** The command line, word by word. */
  exec: readonly string[];
  user: string;
  /** Below `/var/lib`; the first one is the agent's state. */
  stateDirs: readonly string[];
  /** Of the service's user, and where shells start. */
  home: string;
  environment: readonly string[];
  /** Variables that the administrator sets; it need not exist. */
  environmentFile?: string;
  /** What the service's user must be able to read: the node's file, and its token's. */
  files: readonly string[];
}

/** What `service uninstall` and `status` need to know of a service, whatever its file says by now. */
export interface KnownService {
  name: string;
  stateDir: string;
}

const NODE_SERVICES: readonly KnownService[] = NODE_KINDS.map((kind) => ({
  name: `gatekey-${kind}`,
  stateDir: `/var/lib/gatekey/${kind}`,
}));

const MACHINE_SERVICE: KnownService = { name: "ztna", stateDir: "/var/lib/ztna/agent" };

/** Every service that `service install` can make (GK-020). */
export const SERVICES: readonly KnownService[] = [...NODE_SERVICES, MACHINE_SERVICE];

/** `program` is how this program is started: Node and its script. */
interface Wanted {
  program: readonly string[];
  user: string | undefined;
}

/** The service of a gateway, hub or spoke. */
export const nodeService = (
  kind: NodeKind,
  { program, user = "gatekey", configFile, tokenFile }: Wanted & { configFile: string; tokenFile?: string | undefined },
): ServiceSpec => ({
  name: `gatekey-${kind}`,
  description: `Sallyport agent of this ${kind}`,
  exec: [...program, "agent", "--config", configFile],
  user,
  stateDirs: [`gatekey/${kind}`, "gatekey/home"],
  home: "/var/lib/gatekey/home",
  environment: [],
  files: [configFile, ...(tokenFile === undefined ? [] : [tokenFile])],
});

/** The service of a machine that registers with an auth key: `ztna up`. */
export const machineService = ({ program, user = "ztna" }: Wanted): ServiceSpec => ({
  name: MACHINE_SERVICE.name,
  description: "Sallyport agent of this machine",
  exec: [...program, "up", "--foreground"],
  user,
  stateDirs: ["ztna/agent", "ztna/home"],
  home: "/var/lib/ztna/home",
  environment: [`ZTNA_STATE_DIR=${MACHINE_SERVICE.stateDir}`],
  environmentFile: "/etc/ztna/ztna.env",
  files: [],
});
