import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NODE_KINDS } from "@sallyport/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { machineService, nodeService, SERVICES } from "./service-spec.ts";
import { describeStep, installSteps, uninstallSteps, unitPath } from "./service-steps.ts";
import { quoteWord, unitFile } from "./unit-file.ts";

const program = [process.execPath, "/opt/sallyport/apps/agent/bin/ztna.js"];
const hub = nodeService("hub", { program, user: undefined, configFile: "/etc/gatekey/hub.yaml" });
const around = { hasUser: true, hasSystemd: true, loginShell: "/bin/bash" };

/** As systemd reads a command line: words in quotes, a backslash keeps the next character, `%%` is one percent sign. */
function readWords(line: string): string[] {
  return [...line.matchAll(/"((?:\\.|[^"\\])*)"/g)].map(([, inside = ""]) =>
    inside.replace(/\\(.)/g, "$1").replaceAll("%%", "%"),
  );
}
const value = (unit: string, key: string) =>
  unit
    .split("\n")
    .find((line) => line.startsWith(`${key}=`))
    ?.slice(key.length + 1);

describe("the unit", () => {
  test("GK-020 GK-078 is called as the documents call it", () => {
    const names = NODE_KINDS.map((kind) => nodeService(kind, { program, user: undefined, configFile: "/c" }).name);
    expect(names).toEqual(["gatekey-gateway", "gatekey-hub", "gatekey-spoke"]);
    expect(SERVICES.map(({ name }) => name)).toEqual([...names, machineService({ program, user: undefined }).name]);
  });

  test("GK-073 runs as somebody who is not root and cannot become root", () => {
    for (const spec of [hub, machineService({ program, user: undefined })]) {
      const unit = unitFile(spec);
      expect(value(unit, "User")).toMatch(/^(gatekey|ztna)$/);
      expect(value(unit, "NoNewPrivileges")).toBe("yes");
      expect(unit).not.toContain("AmbientCapabilities");
    }
  });

  test("GK-085 a restart stops the link and nothing else; shells are not bound to the agent's fate", () => {
    const unit = unitFile(hub);
    expect(value(unit, "KillMode")).toBe("process");
    expect(value(unit, "OOMPolicy")).toBe("continue");
    expect(unit).not.toMatch(/^(OOMScoreAdjust|PrivateTmp|RuntimeMaxSec|MemoryDenyWriteExecute|ExecStop)/m);
  });

  test("keeps the state of each kind apart, where the agent looks for it", () => {
    for (const kind of NODE_KINDS) {
      const spec = nodeService(kind, { program, user: undefined, configFile: "/c" });
      expect(value(unitFile(spec), "StateDirectory")).toBe(`gatekey/${kind} gatekey/home`);
      expect(SERVICES.find(({ name }) => name === spec.name)?.stateDir).toBe(`/var/lib/${spec.stateDirs[0]}`);
    }
  });

  test("R-25 whatever a path holds, it stays one word, and nothing of it is replaced", () => {
    const path = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text));
    fc.assert(
      fc.property(fc.array(path, { minLength: 1 }), (words) => {
        const line = value(unitFile({ ...hub, exec: words }), "ExecStart") ?? "";
        expect(line.startsWith(":")).toBe(true);
        expect(readWords(line)).toEqual(words);
      }),
    );
    for (const word of ["a\nUser=root", "a\0", "a\x1bb"]) expect(() => quoteWord(word)).toThrow("control characters");
  });

  test.skipIf(spawnSync("systemd-analyze", ["--version"]).status !== 0)(
    "is understood by systemd, and exposed little",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "ztna units "));
      const script = join(folder, 'a "path" with 100% $HOME.js');
      writeFileSync(script, "");
      for (const spec of [
        nodeService("hub", { program: [process.execPath, script], user: "daemon", configFile: script }),
        machineService({ program, user: "daemon" }),
      ]) {
        const unit = join(folder, `${spec.name}.service`);
        writeFileSync(unit, unitFile(spec));
        const { stdout, stderr, status } = spawnSync("systemd-analyze", ["verify", unit], { encoding: "utf8" });
        expect([stdout, stderr.split("\n").filter((line) => line.includes(spec.name)), status]).toEqual(["", [], 0]);
        const security = execFileSync("systemd-analyze", ["security", "--offline=true", unit], { encoding: "utf8" });
        expect(Number(/Overall exposure level for .*: ([\d.]+)/.exec(security)?.[1])).toBeLessThan(4);
      }
      rmSync(folder, { recursive: true });
    },
  );
});

describe("the steps", () => {
  const typed = (steps: ReturnType<typeof installSteps>) => steps.map(describeStep);

  test("make the user where there is none, and let it alone read the file", () => {
    expect(typed(installSteps(hub, { ...around, hasUser: false }))).toEqual([
      "useradd --system --user-group --no-create-home --home-dir /var/lib/gatekey/home --shell /bin/bash gatekey",
      "chown root:gatekey -- /etc/gatekey/hub.yaml",
      "chmod 0640 -- /etc/gatekey/hub.yaml",
      "write /etc/systemd/system/gatekey-hub.service",
      "systemctl daemon-reload",
      "systemctl enable gatekey-hub",
      "systemctl restart gatekey-hub",
    ]);
    expect(typed(installSteps(hub, around))[0]).toMatch(/^chown/);
  });

  test("without systemd end with the unit", () => {
    const steps = installSteps(machineService({ program, user: "me" }), { ...around, hasSystemd: false });
    expect(typed(steps)).toEqual([`write ${unitPath("ztna")}`]);
  });

  test("GK-073 take words, never a line for a shell", () => {
    const odd = "/etc/gatekey/my hub; rm -rf $HOME.yaml";
    const steps = installSteps(nodeService("hub", { program, user: undefined, configFile: odd }), around);
    expect(steps[0]).toEqual({ do: "run", command: ["chown", "root:gatekey", "--", odd] });
    expect(describeStep({ do: "run", command: ["cat", "it's"] })).toBe("cat 'it'\\''s'");
  });

  test("of a removal end the sessions, too, because a mere stop leaves them", () => {
    const service = SERVICES.find(({ name }) => name === "gatekey-spoke");
    if (!service) throw new Error("no such service");
    expect(typed(uninstallSteps(service, { program, hasSystemd: true }))).toEqual([
      "systemctl disable gatekey-spoke",
      `${program.join(" ")} down --state-dir /var/lib/gatekey/spoke`,
      "systemctl stop gatekey-spoke",
      "rm -f /etc/systemd/system/gatekey-spoke.service",
      "systemctl daemon-reload",
    ]);
  });
});
