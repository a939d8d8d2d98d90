/** Checks a configuration: every problem at once, as far as this host can tell. */

import type { Config } from "../config/config.ts";
import { formatProblem } from "../config/problem.ts";
import { checkMetrics } from "../exporter.ts";
import { type Log, openLog } from "../log.ts";
import type { CheckCommand } from "./args.ts";
import { checkCode, type CodeCheck } from "./check_code.ts";
import { openCompiling } from "./open_compiling.ts";
import { readConfig } from "./read_config.ts";

async function checkPrograms(
  config: Config,
  command: CheckCommand,
  log: Log,
): Promise<CodeCheck[]> {
  const { compile, progress } = openCompiling(config, command, log, new AbortController().signal);
  const checks = await Promise.all(config.programs.map((program) =>
    checkCode(
      program,
      async (alternative) => checkMetrics(program, await compile(program, alternative)),
    )
  ));
  progress.clear();
  return checks;
}

/** Prints all problems to stderr and what could not be checked to stdout; returns the exit status. */
export async function check(command: CheckCommand): Promise<number> {
  const log = openLog({ level: command.logLevel, format: command.logFormat });
  const { config, problems } = await readConfig(command.configs, log);
  if (!config) {
    for (const problem of problems) console.error(formatProblem(problem));
    return 1;
  }
  const checks = await checkPrograms(config, command, log);
  const errors = [...new Set(checks.flatMap(({ errors }) => errors))];
  errors.forEach((text) => console.error(text));
  checks.flatMap(({ notes }) => notes).forEach((text) => console.log(text));
  if (errors.length > 0) return 1;
  console.log(`configuration is valid: ${config.programs.length} program(s)`);
  return 0;
}
