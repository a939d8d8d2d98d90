/** Turns the command line into a command; starts nothing and prints nothing. */

import { formatAddress, type ListenAddress } from "../http/server.ts";
import { HEALTHY_PATH, LANDING_PATH, READY_PATH, TABLES_PATH } from "../http/paths.ts";
import type { LogFormat, LogLevel } from "../log.ts";
import { parseDurationMs } from "./duration.ts";
import type { FlagName } from "./flags.ts";
import { asksForHelp, FLAGS_BY_NAME, type GivenFlags, isOn, readFlags } from "./given_flags.ts";
import { parseListenAddress } from "./listen_address.ts";
import { UsageError } from "./usage_error.ts";

export type KernelTypesSource = "auto" | "headers" | "btf";

/** What serving and checking both need. */
export interface ProgramOptions {
  /** Files, directories or names of examples, in order; empty: the built-in default. */
  readonly configs: readonly string[];
  /** Every probe has to be attached. */
  readonly strict: boolean;
  readonly debug: boolean;
  readonly compileTimeoutMs: number;
  readonly compileJobs: number;
  readonly kernelTypes: KernelTypesSource;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

export interface WebOptions {
  /** At least one. */
  readonly listenAddresses: readonly ListenAddress[];
  readonly telemetryPath: string;
  readonly openMetrics: boolean;
}

export type ServeCommand = { readonly kind: "serve" } & ProgramOptions & WebOptions;
export type CheckCommand = { readonly kind: "check" } & ProgramOptions;

export type Command =
  | ServeCommand
  | CheckCommand
  | { readonly kind: "schema" | "version" | "help" }
  /** Lists the examples, or prints the one named. */
  | { readonly kind: "examples"; readonly name?: string }
  /** What the exporter starts itself as; `rest` is between it and its child. */
  | { readonly kind: ChildKind; readonly rest: readonly string[] };

/** First words of a command line that only the exporter itself writes; no flag is parsed after them. */
export const CHILD_KINDS = ["compile-child", "config-child"] as const;
export type ChildKind = (typeof CHILD_KINDS)[number];

/**
 * Parses the arguments after the program's name.
 *
 * @param cpuCount the default of `--compile.jobs`.
 * @throws UsageError, for which the process is to exit with status 2.
 */
export function parseArgs(
  argv: readonly string[],
  cpuCount: number = navigator.hardwareConcurrency,
): Command {
  const child = CHILD_KINDS.find((kind) => kind === argv[0]);
  if (child !== undefined) return { kind: child, rest: argv.slice(1) };
  if (asksForHelp(argv)) return { kind: "help" };
  const given = readFlags(argv);
  const modes = MODES.filter((name) => isOn(given, name));
  if (modes.length > 1) {
    throw new UsageError(`--${modes[0]} and --${modes[1]} exclude each other; give one of them`);
  }
  // Everything that was given is checked, whatever the mode: a typo is told at once.
  const program = programOptions(given, cpuCount);
  const web = webOptions(given);
  switch (modes[0]) {
    case "version":
      return { kind: "version" };
    case "config.schema":
      return { kind: "schema" };
    case "examples": {
      const name = given.get("examples")?.[0];
      return name === undefined || name === "" ? { kind: "examples" } : { kind: "examples", name };
    }
    case "config.check":
      return { kind: "check", ...program };
    default:
      return { kind: "serve", ...program, ...web };
  }
}

const MODES = ["version", "config.schema", "examples", "config.check"] as const;

function programOptions(given: GivenFlags, cpuCount: number): ProgramOptions {
  return {
    configs: notEmpty(given, "config"),
    strict: isOn(given, "config.strict"),
    debug: isOn(given, "debug"),
    compileTimeoutMs: compileTimeoutMs(given.get("compile.timeout")?.[0] ?? "120s"),
    compileJobs: compileJobs(given.get("compile.jobs")?.[0] ?? String(Math.max(1, cpuCount))),
    kernelTypes: choice(given, "kernel.types", "auto") as KernelTypesSource,
    logLevel: choice(given, "log.level", "info") as LogLevel,
    logFormat: choice(given, "log.format", "logfmt") as LogFormat,
  };
}

function webOptions(given: GivenFlags): WebOptions {
  const listenAddresses = (given.get("web.listen-address") ?? [":9435"]).map(parseListenAddress);
  listenAddresses.forEach((address, index) => {
    const text = formatAddress(address);
    // Port 0 is another port each time.
    if (
      address.port !== 0 && listenAddresses.findIndex((one) => formatAddress(one) === text) < index
    ) throw new UsageError(`--web.listen-address "${text}" is given twice; leave one out`);
  });
  return {
    listenAddresses,
    telemetryPath: telemetryPath(given.get("web.telemetry-path")?.[0] ?? "/metrics"),
    openMetrics: isOn(given, "web.enable-openmetrics"),
  };
}

function notEmpty(given: GivenFlags, name: FlagName): readonly string[] {
  const values = given.get(name) ?? [];
  if (values.includes("")) {
    throw new UsageError(`--${name} is empty; expected a file, a directory or an example's name`);
  }
  return values;
}

function choice(given: GivenFlags, name: FlagName, otherwise: string): string {
  const value = given.get(name)?.[0] ?? otherwise;
  const choices = FLAGS_BY_NAME.get(name)?.choices ?? [];
  if (choices.includes(value)) return value;
  throw new UsageError(`--${name} "${value}": expected one of ${choices.join(", ")}`);
}

/** Longer than this no compiler is waited for; timers take at most 24 days. */
const MAX_COMPILE_TIMEOUT_MS = 24 * 3_600_000;

function compileTimeoutMs(text: string): number {
  const timeoutMs = parseDurationMs(text);
  if (timeoutMs === undefined) {
    const seconds = /^\d+$/.test(text) ? `; a number needs its unit: "${text}s"` : "";
    throw new UsageError(
      `--compile.timeout "${text}": expected a duration such as 90s, 2m or 1m30s${seconds}`,
    );
  }
  if (timeoutMs < 1 || timeoutMs > MAX_COMPILE_TIMEOUT_MS) {
    throw new UsageError(`--compile.timeout "${text}": expected from 1ms to 24h`);
  }
  return timeoutMs;
}

function compileJobs(text: string): number {
  const jobs = Number(text);
  if (/^\d+$/.test(text) && jobs >= 1 && jobs <= 4096) return jobs;
  throw new UsageError(`--compile.jobs "${text}": expected a whole number from 1 to 4096`);
}

function telemetryPath(path: string): string {
  const refuse = (reason: string) => new UsageError(`--web.telemetry-path "${path}": ${reason}`);
  if (!path.startsWith("/")) throw refuse(`a path begins with "/", e.g. "/${path || "metrics"}"`);
  // What a client sends for it has to be the same text: no query, no blanks, no dots to resolve.
  if (path.startsWith("//") || new URL(path, "http://host").pathname !== path) {
    throw refuse('expected a path as a URL writes it, without "//", "..", query or blanks');
  }
  const taken = [LANDING_PATH, TABLES_PATH, HEALTHY_PATH, READY_PATH];
  if (taken.includes(path)) {
    throw refuse(
      `the exporter has another page there; choose a path that is none of ${taken.join(" ")}`,
    );
  }
  return path;
}
