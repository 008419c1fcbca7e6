/** Decides which shell a session gets, where it starts and what it finds in its environment. */
import { isDirectory, isExecutableFile } from "./find-executable.ts";

export type ShellEnvironment = {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
};

/** Whose shell it is: `os.userInfo()` has this shape. */
export type ShellUser = { readonly username: string; readonly homedir: string; readonly shell: string | null };

type Variables = Readonly<Record<string, string | undefined>>;

/** What is asked of the file system, so that tests can answer. */
export type ShellFiles = { isDirectory(path: string): boolean; isExecutableFile(path: string): boolean };

/** Those that take -l for "read the profile", which is where a person's PATH and prompt come from. */
const SHELLS_WITH_LOGIN_FLAG = new Set([
  "ash",
  "bash",
  "csh",
  "dash",
  "fish",
  "ksh",
  "ksh93",
  "mksh",
  "nu",
  "sh",
  "tcsh",
  "zsh",
]);

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The agent's own: its keys and addresses, and those of the control plane when one process tree runs both. */
const SECRETS = /^(ZTNA|SALLYPORT|GATEKEY)_|^(DATABASE|NATS|REDIS|LOKI)_URL$|(SECRET|PASSWORD)$/;

/** How the agent happens to have been started: by npm, a test runner, an editor. It would mislead the shell's programs. */
const TOOL_NOISE =
  /^(npm|VITEST|VSCODE)_|^VITEST$|^NODE_(OPTIONS|ENV|CHANNEL_.*|UNIQUE_ID|V8_COVERAGE)$|^(INIT_CWD|NODE|COLOR)$/;

/** systemd's talk with its service; a shell that has it can declare the agent ready or dead. */
const SERVICE_MANAGER =
  /^(NOTIFY_SOCKET|INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_EXEC_PID|MAINPID|MANAGERPID|CREDENTIALS_DIRECTORY)$|^(WATCHDOG|LISTEN|MEMORY_PRESSURE)_/;

/** The terminal and the shell that the agent itself was started from. */
const OUTER_TERMINAL =
  /^(TMUX|TMUX_PANE|STY|WINDOW|WINDOWID|TERMCAP|COLUMNS|LINES|OLDPWD|SHLVL|_|TERM_PROGRAM_VERSION|TERM_SESSION_ID)$|^SSH_(CLIENT|CONNECTION|TTY)$/;

const NOT_FOR_THE_SHELL = [SECRETS, TOOL_NOISE, SERVICE_MANAGER, OUTER_TERMINAL];

/** A login shell of this user, in the user's home, with the agent's environment less what is not the user's business. */
export function shellEnvironment(
  env: Variables,
  user: ShellUser,
  files: ShellFiles = { isDirectory, isExecutableFile },
): ShellEnvironment {
  const file = chooseShell(env, user, files);
  const home = chooseHome(env, user, files);
  const cwd = files.isDirectory(home) ? home : "/";
  return {
    file,
    args: SHELLS_WITH_LOGIN_FLAG.has(file.slice(file.lastIndexOf("/") + 1)) ? ["-l"] : [],
    cwd,
    env: {
      ...inheritedVariables(env),
      ...(saysUtf8(env) ? {} : { LANG: "C.UTF-8" }),
      PATH: pathWithoutNpm(env.PATH),
      HOME: home,
      USER: user.username,
      LOGNAME: user.username,
      SHELL: file,
      PWD: cwd,
      TERM: "xterm-256color",
      COLORTERM: "truecolor",
      TERM_PROGRAM: "sallyport",
    },
  };
}

/** As os.homedir() has it: whoever started the agent may have given it another home than the account's. */
function chooseHome({ HOME }: Variables, user: ShellUser, files: ShellFiles): string {
  return HOME?.startsWith("/") && files.isDirectory(HOME) ? HOME : user.homedir;
}

/** An account whose shell is nologin keeps it: that its owner may not log in is not ours to overrule. */
function chooseShell(env: Variables, user: ShellUser, files: ShellFiles): string {
  const candidates = [user.shell, env.SHELL];
  return candidates.find((path) => path?.startsWith("/") && files.isExecutableFile(path)) ?? "/bin/sh";
}

function inheritedVariables(env: Variables): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !NOT_FOR_THE_SHELL.some((pattern) => pattern.test(name))) inherited[name] = value;
  }
  return inherited;
}

/** npm run puts its own folders first, and programs found there are the product's, not the user's. */
function pathWithoutNpm(path = ""): string {
  const folders = path.split(":").filter((folder) => !/\/node_modules\/\.bin\/?$|\/node-gyp-bin\/?$/.test(folder));
  return folders.join(":") || DEFAULT_PATH;
}

/** The terminal at the other end shows UTF-8 only; the first of these that is set decides, as in setlocale(3). */
function saysUtf8(env: Variables): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || "");
}
