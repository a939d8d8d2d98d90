/** Splits the command line into flags and their values; knows no flag's meaning. */

import { parseArgs as tokenize } from "node:util";
import { type Flag, type FlagName, FLAGS } from "./flags.ts";
import { nearestName } from "../config/nearest.ts";
import { UsageError } from "./usage_error.ts";

/** Values by flag, in order; a flag that is on or off has "true" or "false". */
export type GivenFlags = ReadonlyMap<FlagName, readonly string[]>;

/** Under each of its names. */
export const FLAGS_BY_NAME: ReadonlyMap<string, Flag & { name: FlagName }> = new Map(
  FLAGS.flatMap((flag: Flag & { name: FlagName }) =>
    [flag.name, flag.alias, flag.short].flatMap((name) => name === undefined ? [] : [[name, flag]])
  ),
);

/** Help is given however wrong the rest is. */
export function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const before = end < 0 ? argv : argv.slice(0, end);
  return before.includes("--help") || before.includes("-h");
}

/**
 * Reads the flags and their values, as text.
 *
 * @throws UsageError for what is no flag, and for a value that is missing or too many.
 */
export function readFlags(argv: readonly string[]): GivenFlags {
  const { tokens } = tokenize({
    args: [...argv],
    // Its own refusals name neither the nearest flag nor the remedy.
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      FLAGS.flatMap((flag: Flag) =>
        flag.argument === undefined || flag.argumentOptional
          ? []
          : [flag.name, ...(flag.alias ? [flag.alias] : [])].map((
            name,
          ) => [name, { type: "string" as const }])
      ),
    ),
  });
  const given = new Map<FlagName, string[]>();
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") throw unexpectedArgument(token.value);
    if (!token.rawName.startsWith("--")) throw shortFlag(argv[token.index]);
    const negated = token.name.startsWith("no-") ? token.name.slice(3) : undefined;
    const flag = FLAGS_BY_NAME.get(negated ?? token.name);
    const isSwitch = flag !== undefined && flag.argument === undefined;
    if (flag === undefined || token.name.length === 1 || (negated !== undefined && !isSwitch)) {
      throw unknownFlag(token.name);
    }
    let { value } = token;
    if (isSwitch) {
      value = switchValue(token.rawName, value, negated !== undefined);
    } else if (flag.argumentOptional) {
      const next = tokens[at + 1];
      if (value === undefined && next?.kind === "positional") {
        value = next.value;
        at++;
      }
      value ??= "";
    } else if (value === undefined) {
      throw new UsageError(
        `${token.rawName} needs a value; write ${token.rawName}=${flag.argument}`,
      );
    } else if (token.inlineValue === false && value.startsWith("-") && value !== "-") {
      throw new UsageError(
        `${token.rawName} needs a value, found "${value}"; if that is the value write ${token.rawName}=${value}`,
      );
    }
    const values = given.get(flag.name);
    if (values === undefined) given.set(flag.name, [value]);
    else if (flag.repeatable) values.push(value);
    else throw new UsageError(`${token.rawName} is given twice; it takes one value`);
  }
  return given;
}

function switchValue(rawName: string, value: string | undefined, negated: boolean): string {
  if (value === undefined) return String(!negated);
  if (!negated && (value === "true" || value === "false")) return value;
  throw new UsageError(`${rawName} takes no value, found "${value}"; write ${rawName} alone`);
}

function unknownFlag(name: string): UsageError {
  const near = nearestName(name, [...FLAGS_BY_NAME.keys()].filter((known) => known.length > 1));
  const hint = near === undefined ? "--help lists all flags" : `did you mean "--${near}"?`;
  return new UsageError(`unknown flag "--${name}"; ${hint}`);
}

function shortFlag(argument: string): UsageError {
  const name = argument.replace(/^-+/, "").replace(/=.*/s, "");
  const near = FLAGS_BY_NAME.has(name) ? name : nearestName(name, [...FLAGS_BY_NAME.keys()]);
  if (near === undefined || name.length < 2) {
    return new UsageError(`unknown flag "${argument}"; flags have two dashes, --help lists them`);
  }
  return new UsageError(`unknown flag "${argument}"; flags have two dashes: "--${near}"`);
}

function unexpectedArgument(argument: string): UsageError {
  // What some web pages and word processors make of two dashes.
  if (/^[\u2010-\u2015\u2212]/u.test(argument)) {
    const name = argument.replace(/^[\u2010-\u2015\u2212-]+/u, "");
    return new UsageError(
      `unexpected argument "${argument}": it begins with a dash that is no "-"; write "--${name}"`,
    );
  }
  return new UsageError(
    `unexpected argument "${argument}"; a config is named with --config ${argument || "FILE"}`,
  );
}

/** `--examples` is on by being there; switches have their value. */
export function isOn(given: GivenFlags, name: FlagName): boolean {
  const value = given.get(name)?.[0];
  return name === "examples" ? value !== undefined : value === "true";
}
