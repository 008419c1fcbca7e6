/** The text of a systemd unit for an agent. Pure; what each line is for stands in the unit itself. */
import type { ServiceSpec } from "./service-spec.ts";

/**
 * One word of a command line as systemd reads it: quoted, so that blanks stay in it, and with `%` doubled, because that is
 * how it begins a specifier. Variables are not replaced: the command line begins with a colon.
 *
 * @throws Error for control characters, which no path of ours has
 */
export function quoteWord(word: string): string {
  if (/\p{Cc}/u.test(word)) throw new Error("a path with control characters cannot be put into a unit");
  return `"${word.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;
}

export function unitFile({
  description,
  exec,
  user,
  stateDirs,
  home,
  environment,
  environmentFile,
}: ServiceSpec): string {
  return `# Written by 'ztna service install'. Change it with 'systemctl edit', which survives the next install.
[Unit]
Description=${description}
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
ExecStart=:${exec.map(quoteWord).join(" ")}
User=${user}
Group=${user}
StateDirectory=${stateDirs.join(" ")}
StateDirectoryMode=0700
Environment=${quoteWord(`HOME=${home}`)}
${environment.map((each) => `Environment=${quoteWord(each)}\n`).join("")}${
  environmentFile === undefined ? "" : `EnvironmentFile=-${environmentFile}\n`
}# 'ztna down' ends it for good; anything else that ends it was not meant to.
Restart=on-failure
RestartSec=5
# A configuration that cannot be used and a token that was refused do not get better by trying again.
RestartPreventExitStatus=2 3
# Shells outlive a restart: only the link is stopped, and the next one finds the session host and its terminals.
KillMode=process
# A program in a shell that takes all memory takes neither the agent nor the other shells along. No OOMScoreAdjust: shells
# would inherit it.
OOMPolicy=continue
LimitNOFILE=65536
UMask=0077

# Hardening. Shells are started in here, so all of it is true of them, too: no sudo, nothing can be changed outside /tmp,
# /var/tmp and the service's own folders. /tmp is the machine's own, since a private one would not outlive a restart.
NoNewPrivileges=yes
# Nothing has these; but programs that are marked with them, such as ping, do not start where they are out of bounds.
CapabilityBoundingSet=CAP_NET_RAW CAP_NET_ADMIN
ProtectSystem=strict
ReadWritePaths=/tmp /var/tmp
ProtectHome=read-only
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
# Not MemoryDenyWriteExecute: Node compiles while it runs.

[Install]
WantedBy=multi-user.target
`;
}
