/** What is done to install or remove a service, step by step: a dry run shows the same steps that a real one takes. Pure. */
import type { KnownService, ServiceSpec } from "./service-spec.ts";
import { unitFile } from "./unit-file.ts";

export type Step =
  | { do: "run"; command: readonly string[]; mayFail?: boolean }
  | { do: "write"; path: string; text: string }
  | { do: "remove"; path: string };

export const unitPath = (name: string): string => `/etc/systemd/system/${name}.service`;

/** What the steps depend on. */
export interface Surroundings {
  hasUser: boolean;
  /** Whether systemd runs this machine; without it, the unit is only written down. */
  hasSystemd: boolean;
  /** What people get: a shell, because that is what sessions are. */
  loginShell: string;
}

export function installSteps(spec: ServiceSpec, { hasUser, hasSystemd, loginShell }: Surroundings): Step[] {
  const { name, user, home, files } = spec;
  const steps: Step[] = [];
  if (!hasUser) {
    const account = ["--system", "--user-group", "--no-create-home", "--home-dir", home, "--shell", loginShell];
    steps.push(run("useradd", ...account, user));
  }
  for (const file of files) steps.push(run("chown", `root:${user}`, "--", file), run("chmod", "0640", "--", file));
  steps.push({ do: "write", path: unitPath(name), text: unitFile(spec) });
  if (hasSystemd) {
    // Restarted where it runs already: sessions do not notice.
    steps.push(run("systemctl", "daemon-reload"), run("systemctl", "enable", name), run("systemctl", "restart", name));
  }
  return steps;
}

export function uninstallSteps(
  { name, stateDir }: KnownService,
  { program, hasSystemd }: { program: readonly string[]; hasSystemd: boolean },
): Step[] {
  const down = run(...program, "down", "--state-dir", stateDir);
  const remove: Step = { do: "remove", path: unitPath(name) };
  if (!hasSystemd) return [remove];
  return [
    run("systemctl", "disable", name),
    // Stopping the service would leave running shells alone.
    { ...down, mayFail: true },
    { ...run("systemctl", "stop", name), mayFail: true },
    remove,
    run("systemctl", "daemon-reload"),
  ];
}

const run = (...command: string[]) => ({ do: "run", command }) as const;

/** A step as a person would type it. */
export function describeStep(step: Step): string {
  switch (step.do) {
    case "run":
      return step.command.map(shellWord).join(" ");
    case "write":
      return `write ${step.path}`;
    case "remove":
      return `rm -f ${shellWord(step.path)}`;
    default:
      return step satisfies never;
  }
}

const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
