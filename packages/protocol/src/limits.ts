/**
 * Every size, rate and time that two programs must agree on or that protects one from the other.
 * Each has a test that reads the constant here, so a change is seen where it matters.
 */
const KIB = 1024;

/** Largest JSON body of an HTTP request; larger ones get PAYLOAD_TOO_LARGE. */
export const HTTP_BODY_BYTES = 256 * KIB;

/** Largest WebSocket message from a viewer. A paste is cut into frames far below it. */
export const VIEWER_MESSAGE_BYTES = 64 * KIB;

/** Largest message on the agent's link; a hello that lists many sessions is the big one. */
export const LINK_MESSAGE_BYTES = 256 * KIB;

/** Largest message on an agent's stream: one output frame and its header. */
export const STREAM_MESSAGE_BYTES = 128 * KIB;

/** Most terminal output in one frame. Half of it costs a quarter more CPU per byte; double gains little. */
export const OUTPUT_FRAME_BYTES = 32 * KIB;

/** Most typed bytes in one viewer frame. */
export const INPUT_FRAME_BYTES = 16 * KIB;

/** Most typed bytes in one signed message; several viewer frames may be joined into it while pacing. */
export const INPUT_MESSAGE_BYTES = 32 * KIB;

/**
 * Typed bytes a framed viewer may send beyond what the terminal has taken. No more than `INPUT_PENDING_BYTES`, so that
 * its socket is always read and its acknowledgements of output get through.
 */
export const INPUT_WINDOW_BYTES = 64 * KIB;

/** Typed bytes the control plane holds for one viewer before it stops reading that viewer's socket. */
export const INPUT_PENDING_BYTES = 64 * KIB;

/**
 * Output the session host may send beyond what the viewer has acknowledged; it then stops reading the PTY. A viewer
 * starts with this window and asks for more, up to the largest, when its path is long and fat: 3 MiB carry 30 MB/s
 * over 100 ms. Over a slow one it asks for less, because what is under way when Ctrl-C is pressed still arrives.
 */
export const OUTPUT_WINDOW_BYTES = 256 * KIB;
export const OUTPUT_WINDOW_MIN_BYTES = 32 * KIB;
export const OUTPUT_WINDOW_MAX_BYTES = 3 * 1024 * KIB;

/** A viewer acknowledges at the latest after drawing this much, an eighth of the window, so that it never stalls. */
export const ACK_EVERY_BYTES = 32 * KIB;

/** Most output a session host keeps of one session, acknowledged or not; more than the largest window. */
export const OUTPUT_RING_BYTES = 4 * 1024 * KIB;

/** Acknowledged output that is kept too, for a viewer that asks to see again what went before. */
export const OUTPUT_RETAIN_BYTES = 512 * KIB;

/** Most bytes that redraw a screen for a viewer that comes new; they travel in pieces of one output frame. */
export const SCREEN_BYTES = 1024 * KIB;

/** With nobody attached, a program that fills the ring waits this long; then the oldest output gives way to a gap. */
export const BLOCK_FOR_MS = 60_000;

/** How long a terminal that the database knows nothing of may run before it is ended. */
export const ORPHAN_GRACE_MS = 10_000;

/** How long a WebSocket of any kind may take from TCP accept to its first valid message. */
export const PRE_AUTH_TIMEOUT_MS = 5_000;

/** Connections that have not shown who they are yet: from one address, and in all. More are closed at once. */
export const PRE_AUTH_SOCKETS_PER_ADDRESS = 32;
export const PRE_AUTH_SOCKETS = 1_024;

/** Every socket is pinged this often, and dropped when nothing at all arrived for `DEAD_AFTER_MS`. */
export const PING_INTERVAL_MS = 5_000;
export const DEAD_AFTER_MS = 15_000;

/** An agent tells that it is alive this often; three misses are the 90 s of the contract. */
export const HEARTBEAT_INTERVAL_SECONDS = 30;

/** How long a viewer waits for the machine to dial its stream before the session is called lost. */
export const STREAM_DIAL_TIMEOUT_MS = 10_000;

/** A reconnecting agent waits a random time up to min(cap, base * 2^n). */
export const RECONNECT_BASE_MS = 500;
export const RECONNECT_CAP_MS = 15_000;

/**
 * Where somebody waits for a session, tries are closer together for the first minutes: a restart of the control plane takes
 * seconds, and half of the cap is what a person waits on top.
 */
export const RECONNECT_EAGER_CAP_MS = 1_000;
export const RECONNECT_EAGER_FOR_MS = 120_000;

/** Live sessions of one user, and on one machine. */
export const SESSIONS_PER_USER = 20;
export const SESSIONS_PER_MACHINE = 32;

/** Unused shell tokens of one user; the oldest ones give way. */
export const PENDING_SHELL_TOKENS_PER_USER = 200;

/** Lifetime of a shell token, in seconds; the contract's `expires_in`. */
export const SHELL_TOKEN_SECONDS = 300 as const;

/** The port that `create_session` reports; a constant of the contract, nothing listens there. */
export const SHELL_PORT = 2222 as const;

/** Terminal sizes outside are clamped; a program sees at most ten changes a second. */
export const TERMINAL_COLS = { min: 1, max: 1000, default: 80 } as const;
export const TERMINAL_ROWS = { min: 1, max: 1000, default: 24 } as const;
export const RESIZE_MIN_INTERVAL_MS = 100;

/** Longest password; hashing cost grows with it. */
export const PASSWORD_BYTES = { min: 8, max: 1024 } as const;

/** Names of machines, keys and organisations. */
export const NAME_CHARS = 128;

/** Failed attempts that are tolerated before RATE_LIMITED, and the window they are counted in. */
export const LOGIN_FAILURES = { count: 10, windowSeconds: 300 } as const;
export const REGISTRATION_FAILURES = { count: 10, windowSeconds: 600 } as const;
/** Successes are limited loosely: enough for a fleet that starts at once. */
export const LOGIN_ATTEMPTS = { count: 300, windowSeconds: 60 } as const;
export const REGISTRATION_ATTEMPTS = { count: 1_200, windowSeconds: 60 } as const;

/** A sign-in that a person confirms in the browser: how long it waits, and how often the program asks. */
export const DEVICE_SIGN_IN_SECONDS = 600;
export const DEVICE_POLL_SECONDS = 2;
/** Begun from one address; wrong codes of one person and from one address; questions from one address. */
export const DEVICE_STARTS = { count: 60, windowSeconds: 600 } as const;
export const DEVICE_CODE_FAILURES = { count: 10, windowSeconds: 600 } as const;
export const DEVICE_POLLS = { count: 300, windowSeconds: 60 } as const;

/** When an API key was used last is kept this exactly. */
export const API_KEY_USE_SECONDS = 60;

/** Rows of one /api/db answer. */
export const DB_ROWS = { default: 1_000, max: 10_000 } as const;

/** Rows that one write through /api/db may change; more is refused as a whole. */
export const DB_WRITE_ROWS = 100;

/** A session description of WebRTC. Browsers make 2 to 10 KiB. */
export const SDP_BYTES = 64 * KIB;
/** Most monitors that are told of, and most pixels of one side of one. */
export const DESKTOP_DISPLAYS = 16;
export const DESKTOP_PIXELS = 16_384;
export const DESKTOP_MAX_FPS = 60;
/** Text that one copy takes to the other side, and the part of it in one message. */
export const CLIPBOARD_BYTES = 1024 * KIB;
export const CLIPBOARD_PART_CHARS = 8 * KIB;
/** Largest message on a desktop's stream: a key frame of a large, busy screen. */
export const DESKTOP_FRAME_BYTES = 4 * 1024 * KIB;
/** Desktop sessions on one machine at a time: each has an encoder of its own. */
export const DESKTOPS_PER_MACHINE = 4;
/** Those, and sessions that a machine knows of but shows nothing of yet: it asks its person about them. */
export const DESKTOPS_HELD = 32;
/** Messages that a viewer may send on a desktop's stream a second, and how many more in a burst; beyond it they wait. */
export const DESKTOP_INPUTS = { perSecond: 500, burst: 1_000 } as const;
/** Bytes of a desktop's stream that may wait for a side that does not read, before the other one is not read. */
export const DESKTOP_UNREAD_BYTES = 1024 * KIB;
/** A side for which so much waits for this long is taken for gone. */
export const DESKTOP_STALLED_MS = 10_000;
/** How long a prompt for consent stays on the machine's screen. */
export const CONSENT_PROMPT_SECONDS = 60;
/** One ICE candidate, and how many one side may send in one session. */
export const ICE_CANDIDATE_CHARS = 1_024;
export const ICE_CANDIDATES_PER_SIDE = 256;

/** Longest reason that a machine gives for something, and that travels on. */
export const REASON_CHARS = 200;

/** How long a desktop session may take from `initiate` to `connected`, in seconds. */
export const DESKTOP_SETUP_SECONDS = 120;

/** What an audit row's metadata may hold as JSON; longer values are cut, and say so. */
export const AUDIT_METADATA_BYTES = 16 * KIB;
/** Rows of one page of the audit search. */
export const AUDIT_PAGE_ROWS = { min: 1, max: 500, default: 50 } as const;

/** Refusals of one caller that are recorded one by one in a minute; further ones are counted and recorded as one. */
export const REFUSALS_PER_MINUTE = 100;

/** Tags of one machine or key, and the length of one. */
export const TAGS_MAX = 32;
export const TAG_CHARS = 64;
/** Subnets that one auth key may be bound to. */
export const KEY_CIDRS_MAX = 32;

/** Days before its expiry from which a key is warned of, once. */
export const KEY_WARNING_DAYS = 7;
/** Silent machines are marked offline by `enforce-key-expiry` after this (AK-010), ephemeral ones deleted (AK-011). */
export const STALE_MACHINE_MINUTES = 3;
export const EPHEMERAL_MACHINE_MINUTES = 30;

/** One command: its text, how long it may be given, and how long it runs when nobody says (GK-082). */
export const EXEC_COMMAND_CHARS = 8 * KIB;
export const EXEC_TIMEOUT_SECONDS = 7 * 86_400;
export const EXEC_DEFAULT_TIMEOUT_SECONDS = 60;
/** Between the signal that asks a command to end and the one that ends it. */
export const EXEC_KILL_AFTER_MS = 2_000;
/** A command whose viewer has gone runs on for this long, then it is ended. */
export const EXEC_GRACE_SECONDS = 60;
/** Machines that one call may name; a fleet takes several. */
export const EXEC_MACHINES_PER_CALL = 100;
/** Runs of one list, and the newest commands that are looked through for them. */
export const EXEC_RUNS = { default: 50, max: 200 } as const;
export const EXEC_RUNS_COMMANDS = 20_000;
/** Commands of one user that run at a time. */
export const EXECS_PER_USER = 200;
/** What is kept of a command's output where an organisation wants it recorded: of both streams together. */
export const EXEC_RECORDED_BYTES = 10 * KIB;

/** Echo requests of one ping, and routers of one traceroute. */
export const DIAGNOSTIC_PINGS = { min: 1, max: 20, default: 4 } as const;
export const DIAGNOSTIC_HOPS = { min: 1, max: 20, default: 20 } as const;
/** Ports of one scan, and the longest way to write so many. */
export const DIAGNOSTIC_PORTS = 1_024;
export const DIAGNOSTIC_PORTS_CHARS = DIAGNOSTIC_PORTS * "65535,".length;
/** Longest host name there is (RFC 1123). */
export const DIAGNOSTIC_TARGET_CHARS = 253;
/** How long a tool may run (GK-082). */
export const DIAGNOSTIC_SECONDS = { min: 1, max: 60, default: 60 } as const;
/** A tool that is told to end and does not is killed after this. */
export const DIAGNOSTIC_KILL_MS = 2_000;
/** What is kept of a tool's output; one that writes more is stopped. */
export const DIAGNOSTIC_OUTPUT_BYTES = 256 * KIB;
/** Tools that run at one place at the same time, and runs of one person. */
export const DIAGNOSTICS_AT_ONCE = 2;
/** Of one user on machines, at a time. */
export const DIAGNOSTICS_PER_USER = 100;
export const DIAGNOSTIC_RUNS = { count: 120, windowSeconds: 60 } as const;
