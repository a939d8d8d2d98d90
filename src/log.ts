/** The program's log on stderr: one record a line, logfmt or JSON; must not know who writes it. */

import { configureSync, getLogger, type LogRecord } from "@logtape/logtape";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ["logfmt", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What a record says beside its message; `undefined` is left out. */
export type LogProperties = Readonly<Record<string, unknown>>;

/** Writes records; a record that cannot be written is lost, and nothing is thrown. */
export interface Log {
  debug(message: string, properties?: LogProperties): void;
  info(message: string, properties?: LogProperties): void;
  warn(message: string, properties?: LogProperties): void;
  error(message: string, properties?: LogProperties): void;
}

export interface LogOptions {
  /** Records below it are dropped. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  /**
   * Whether a person reads along: in logfmt, values of several lines (a compiler's diagnostics) then
   * stand below their record as they are. Default: whether stderr is a terminal.
   */
  readonly terminal?: boolean;
  /** Takes one record with its line break; default: stderr. */
  readonly write?: (record: string) => void;
}

/**
 * Opens the log. There is one in a process: a later call takes the place of an earlier one.
 *
 * @example
 * ```ts
 * const log = openLog({ level: "info", format: "logfmt" });
 * log.info("listening", { address: ":9435" });
 * // time=2026-01-02T03:04:05.678Z level=info msg=listening address=:9435
 * ```
 */
export function openLog(options: LogOptions): Log {
  const { level, format, write = writeToStderr } = options;
  const terminal = options.terminal ?? Deno.stderr.isTerminal();
  const text = format === "json"
    ? jsonRecord
    : (record: LogRecord) => logfmtRecord(record, terminal);
  configureSync({
    reset: true,
    sinks: { out: (record) => write(text(record)) },
    loggers: [
      {
        category: CATEGORY,
        sinks: ["out"],
        lowestLevel: level === "warn" ? "warning" : level,
      },
      // The library's own words: only what has gone wrong.
      { category: ["logtape", "meta"], sinks: ["out"], lowestLevel: "warning" },
    ],
  });
  const logger = getLogger(CATEGORY);
  return {
    debug: (message, properties) => logger.debug(message, { ...properties }),
    info: (message, properties) => logger.info(message, { ...properties }),
    warn: (message, properties) => logger.warn(message, { ...properties }),
    error: (message, properties) => logger.error(message, { ...properties }),
  };
}

const CATEGORY = ["ebpf_exporter"];

/** The message as it was given: braces in it (C, PromQL) are no placeholders. */
function messageOf({ rawMessage, message }: LogRecord): string {
  return typeof rawMessage === "string" ? rawMessage : message.map(String).join("");
}

function levelOf({ level }: LogRecord): string {
  return level === "warning" ? "warn" : level;
}

/** A property must not take the place of what every record has. */
function keyOf(key: string): string {
  return key === "time" || key === "level" || key === "msg" ? `${key}_` : key;
}

function jsonRecord(record: LogRecord): string {
  const entries: [string, unknown][] = [
    ["time", new Date(record.timestamp).toISOString()],
    ["level", levelOf(record)],
    ["msg", messageOf(record)],
  ];
  for (const [key, value] of Object.entries(record.properties)) {
    entries.push([keyOf(key), plainValue(value)]);
  }
  return `${JSON.stringify(Object.fromEntries(entries))}\n`;
}

/** What `JSON.stringify` would refuse or lose, in words. */
function plainValue(value: unknown): unknown {
  if (value instanceof Error) return value.message;
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object" || value === null) return value;
  try {
    return JSON.parse(JSON.stringify(value, (_, inner) => plainScalar(inner)));
  } catch {
    return String(value);
  }
}

function plainScalar(value: unknown): unknown {
  return value instanceof Error || typeof value !== "object" ? plainValue(value) : value;
}

function logfmtRecord(record: LogRecord, terminal: boolean): string {
  const time = new Date(record.timestamp).toISOString();
  let line = `time=${time} level=${levelOf(record)} msg=${logfmtValue(messageOf(record))}`;
  let below = "";
  for (const [key, property] of Object.entries(record.properties)) {
    if (property === undefined) continue;
    const value = plainValue(property);
    const text = typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
    const name = keyOf(key).replace(/[^\w.:/-]/g, "_") || "_";
    if (terminal && text.includes("\n")) below += indented(name, text);
    else line += ` ${name}=${logfmtValue(text)}`;
  }
  return `${line}\n${below}`;
}

function indented(name: string, text: string): string {
  const lines = text.trimEnd().split(/\r?\n/).map((line) => `    ${withoutControls(line)}\n`);
  return `  ${name}:\n${lines.join("")}`;
}

/** Control characters but the tab: they could move the cursor of the terminal that shows the log. */
// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/g;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function withoutControls(text: string): string {
  return text.replace(CONTROLS, escapeCharacter);
}

/** Bare where that is unambiguous, else quoted with JSON's escapes. */
function logfmtValue(text: string): string {
  if (/^[^\s"=\\\p{C}]+$/u.test(text)) return text;
  return JSON.stringify(text).replace(CONTROLS, escapeCharacter);
}

function writeToStderr(record: string): void {
  const bytes = new TextEncoder().encode(record);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
  } catch {
    // The reader of stderr has gone or does not keep up: metrics matter more than the log.
  }
}
