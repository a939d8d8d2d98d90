import assert from "node:assert/strict";
import { parseArgs } from "../../../src/commands/args.ts";
import { buildHelp, type Flag, FLAGS, flagUsage } from "../../../src/commands/flags.ts";
import { LOG_FORMATS, LOG_LEVELS } from "../../../src/log.ts";

const flags: readonly Flag[] = FLAGS;

Deno.test("flags: help shows each flag, its argument, its default and its line", () => {
  const help = buildHelp();
  for (const flag of flags) {
    assert.ok(help.includes(`  ${flagUsage(flag)}\n      ${flag.help}`), flag.name);
    if (flag.default !== undefined) assert.ok(help.includes(`(default: ${flag.default})`));
  }
  assert.ok(help.includes("  --config=FILE, --config.file=FILE\n"));
  assert.ok(help.includes("  --examples [NAME]\n"));
  assert.ok(help.includes("  -h, --help\n"));
});

Deno.test("flags: help fits a terminal of 100 columns", () => {
  for (const line of buildHelp().split("\n")) assert.ok(line.length <= 100, line);
});

Deno.test("flags: names are unique, help lines have no period", () => {
  const names = flags.flatMap(({ name, alias }) => alias === undefined ? [name] : [name, alias]);
  assert.equal(new Set(names).size, names.length);
  for (const { help } of flags) assert.doesNotMatch(help, /\.$/);
});

Deno.test("flags: the shown defaults are the ones that count", () => {
  for (const flag of flags) {
    if (flag.argument === undefined || flag.default === undefined) continue;
    if (flag.name === "config" || flag.name === "compile.jobs") continue;
    assert.deepEqual(parseArgs([`--${flag.name}=${flag.default}`], 2), parseArgs([], 2), flag.name);
  }
});

Deno.test("flags: the log's choices are the log's", () => {
  const choices = (name: string) => flags.find((flag) => flag.name === name)?.choices;
  assert.deepEqual(choices("log.level"), LOG_LEVELS);
  assert.deepEqual(choices("log.format"), LOG_FORMATS);
});
