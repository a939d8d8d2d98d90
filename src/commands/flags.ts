/** Every flag of the command line, once: what parsing, `--help` and the README go by. */

export interface Flag {
  /** Without the leading dashes. */
  readonly name: string;
  /** One letter, without its dash. */
  readonly short?: string;
  /** Another name that means the same. */
  readonly alias?: string;
  /** What the value is, as `--help` shows it; absent: the flag is on or off. */
  readonly argument?: string;
  /** The value may be left out. */
  readonly argumentOptional?: true;
  readonly repeatable?: true;
  /** The only values that are taken. */
  readonly choices?: readonly string[];
  /** As `--help` shows it; absent: off, or none. */
  readonly default?: string;
  /** One line, no period. */
  readonly help: string;
}

export const FLAGS = [
  {
    name: "config",
    alias: "config.file",
    argument: "FILE",
    repeatable: true,
    default: "block I/O",
    help: "File, directory of *.yaml and *.yml, or name of an example; repeatable",
  },
  {
    name: "config.check",
    help: "Check the config, print all problems and exit",
  },
  {
    name: "config.strict",
    help: "Fail a program unless every one of its probes is attached",
  },
  {
    name: "config.schema",
    help: "Print the JSON schema of config files, for editors",
  },
  {
    name: "examples",
    argument: "NAME",
    argumentOptional: true,
    help: "List the example configs, or print the one named",
  },
  {
    name: "compile.timeout",
    argument: "DURATION",
    default: "120s",
    help: "How long compiling one program may take, e.g. 90s or 1m30s",
  },
  {
    name: "compile.jobs",
    argument: "N",
    default: "number of CPUs",
    help: "How many programs to compile at once",
  },
  {
    name: "kernel.types",
    argument: "SOURCE",
    choices: ["auto", "headers", "btf"],
    default: "auto",
    help: "Where kernel types come from: auto, headers (of this kernel) or btf",
  },
  {
    name: "web.listen-address",
    argument: "ADDRESS",
    repeatable: true,
    default: ":9435",
    help: "Address to listen on: host:port, :port or [::1]:port; repeatable",
  },
  {
    name: "web.telemetry-path",
    argument: "PATH",
    default: "/metrics",
    help: "Path of the metrics",
  },
  {
    name: "web.enable-openmetrics",
    help: "Answer in OpenMetrics where asked for; le labels change from 1024 to 1024.0",
  },
  {
    name: "debug",
    help: "Serve raw tables on /tables and log the verifier's whole words",
  },
  {
    name: "log.level",
    argument: "LEVEL",
    choices: ["debug", "info", "warn", "error"],
    default: "info",
    help: "Least level to log: debug, info, warn or error",
  },
  {
    name: "log.format",
    argument: "FORMAT",
    choices: ["logfmt", "json"],
    default: "logfmt",
    help: "Form of the log: logfmt or json",
  },
  { name: "version", help: "Print the version and exit" },
  { name: "help", short: "h", help: "Print this help and exit" },
] as const satisfies readonly Flag[];

export type FlagName = (typeof FLAGS)[number]["name"];

/** `--flag=ARGUMENT` as help and README write it. */
export function flagUsage(flag: Flag): string {
  const names = flag.alias === undefined ? [flag.name] : [flag.name, flag.alias];
  const value = flag.argument === undefined
    ? ""
    : flag.argumentOptional
    ? ` [${flag.argument}]`
    : `=${flag.argument}`;
  const long = names.map((name) => `--${name}${value}`).join(", ");
  return flag.short === undefined ? long : `-${flag.short}, ${long}`;
}

/** The text of `--help`. */
export function buildHelp(): string {
  const flags: readonly Flag[] = FLAGS;
  const rows = flags.map((flag) => [
    flagUsage(flag),
    flag.default === undefined ? flag.help : `${flag.help} (default: ${flag.default})`,
  ]);
  const lines = rows.map(([usage, help]) => `  ${usage}\n      ${help}`);
  return `usage: ebpf_exporter [flags]

Serves what eBPF programs count in their tables as Prometheus metrics.

flags:
${lines.join("\n")}
`;
}
