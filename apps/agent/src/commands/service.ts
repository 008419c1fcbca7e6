/** `ztna service install|uninstall|status`: systemd units for the agent. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { readNodeConfig } from "../node-config/read-node-config.ts";
import { type KnownService, machineService, nodeService, SERVICES, type ServiceSpec } from "../service/service-spec.ts";
import { describeStep, installSteps, type Step, uninstallSteps, unitPath } from "../service/service-steps.ts";
import { firstClosed, loginShellOf, lookAround, ownProgram } from "../service/surroundings.ts";
import { unitFile } from "../service/unit-file.ts";
import { UsageError } from "../usage-error.ts";
import type { ExitCode } from "./command-context.ts";

/** As the catalogue's NOT_FOUND. */
const EXIT_NOT_INSTALLED = 4;
/** What useradd(8) takes, and no option. */
const USER_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;

export interface ServiceIo {
  out(line: string): void;
  err(line: string): void;
}

export interface InstallOptions {
  config?: string;
  user?: string;
  dryRun?: boolean;
}

export function installService({ config, user, dryRun = false }: InstallOptions, { out, err }: ServiceIo): ExitCode {
  if (user !== undefined && !USER_NAME.test(user)) throw new UsageError(`'${user}' cannot be the name of a user`);
  const spec = specOf(config, user);
  const surroundings = lookAround(spec.user);
  const steps = installSteps(spec, surroundings);
  if (spec.user === "root") err("WARNING: sessions will run as root; leave --user out for an account of their own");
  warnOfClosed(spec, err);
  const shell = loginShellOf(spec.user);
  if (shell && /\/(nologin|false)$/.test(shell)) {
    err(`WARNING: the login shell of ${spec.user} is ${shell}, so sessions end at once; see usermod --shell`);
  }
  if (dryRun) {
    out(unitFile(spec).trimEnd());
    err(`\n# ${unitPath(spec.name)} would hold the above; the steps:`);
    for (const step of steps) err(describeStep(step));
    return 0;
  }
  requireRoot();
  take(steps, err);
  if (!surroundings.hasSystemd) err("systemd does not run this machine: the unit is written, nothing was started");
  else err(`${spec.name} is installed and started; see: systemctl status ${spec.name}, journalctl -u ${spec.name} -f`);
  if (spec.environmentFile && !existsSync(spec.environmentFile)) {
    err(
      `Put ZTNA_CONTROL_URL=… and ZTNA_AUTH_KEY=… into ${spec.environmentFile}, readable by root only, and restart it`,
    );
  }
  return 0;
}

/** Ends the service with its sessions, and forgets the unit. Registration, file and user stay. */
export function uninstallService(name: string | undefined, { err }: ServiceIo): ExitCode {
  const service = installedService(name);
  requireRoot();
  take(uninstallSteps(service, { program: ownProgram(), hasSystemd: lookAround("").hasSystemd }), err);
  err(`${service.name} is removed; ${service.stateDir} and the configuration are kept`);
  return 0;
}

export function serviceStatus(name: string | undefined, { out }: ServiceIo): ExitCode {
  const services = name === undefined ? installed() : [installedService(name)];
  if (services.length === 0) {
    out("No service is installed; see: ztna service install --help");
    return EXIT_NOT_INSTALLED;
  }
  const names = services.map((service) => `${service.name}.service`);
  return spawnSync("systemctl", ["--no-pager", "status", ...names], { stdio: "inherit" }).status ?? 1;
}

function specOf(config: string | undefined, user: string | undefined): ServiceSpec {
  const program = ownProgram();
  if (config === undefined) return machineService({ program, user });
  const { kind, state_dir, token_file } = readNodeConfig(config);
  if (state_dir !== undefined) {
    throw new UsageError(`${config}: take state_dir out; a service keeps its state in /var/lib/gatekey/${kind}`);
  }
  const tokenFile = token_file && resolve(token_file);
  return nodeService(kind, { program, user, configFile: resolve(config), tokenFile });
}

const installed = (): KnownService[] => SERVICES.filter((service) => existsSync(unitPath(service.name)));

function installedService(name: string | undefined): KnownService {
  const there = installed();
  const found = there.filter((service) => name === undefined || [name, `gatekey-${name}`].includes(service.name));
  const [only, another] = found;
  if (only && !another) return only;
  const which = there.length > 0 ? `installed are ${there.map((each) => each.name).join(", ")}` : "none is installed";
  throw new UsageError(`say which service; ${which}`);
}

function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new UsageError("this takes root: run it with sudo, or look at it with --dry-run");
}

/** Takes one step after another, telling each. @throws UsageError when one fails */
function take(steps: readonly Step[], err: (line: string) => void): void {
  for (const step of steps) {
    err(`+ ${describeStep(step)}`);
    if (step.do === "write") {
      mkdirSync(dirname(step.path), { recursive: true });
      writeFileSync(step.path, step.text, { mode: 0o644 });
    } else if (step.do === "remove") {
      rmSync(step.path, { force: true });
    } else {
      const [command = "", ...args] = step.command;
      const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
      if (status !== 0 && !step.mayFail) throw new Error(`${command} failed: ${error?.message ?? `status ${status}`}`);
    }
  }
}

/** A service that cannot read its program fails with a message that nobody understands. */
function warnOfClosed({ user, exec, files }: ServiceSpec, err: (line: string) => void): void {
  if (user === "root") return;
  for (const path of [...exec.slice(0, 2), ...files]) {
    const closed = firstClosed(path);
    if (closed) err(`WARNING: ${closed} is closed to ${user}, who needs ${path}; install it elsewhere or open it`);
  }
}
