/** Checks a configuration: every problem at once, as far as this host can tell. */

import type { Config, ConfigProblem, ProgramConfig } from "../config/config.ts";
import { formatProblem } from "../config/problem.ts";
import { removeStaleFolders, temporaryFolder } from "../compiler/compile_program.ts";
import { checkMetrics } from "../exporter.ts";
import { openLog } from "../log.ts";
import type { CheckCommand } from "./args.ts";
import {
  CompileError,
  CompilerUnavailableError,
  createCompileAlternative,
} from "./compile_alternative.ts";
import { excludedByKernel } from "./start_programs.ts";
import { openProgress } from "./progress.ts";
import { readConfig } from "./read_config.ts";
import { withSourceLine } from "./source_line.ts";

/** What checking a program's code brought. */
interface CodeCheck {
  readonly errors: readonly string[];
  /** What was not checked, or does not matter here. */
  readonly notes: readonly string[];
}

/** Compiles each alternative for this kernel; one that compiles is enough, as it is for a start. */
async function checkCode(
  program: ProgramConfig,
  compile: ReturnType<typeof createCompileAlternative>,
): Promise<CodeCheck> {
  const name = JSON.stringify(program.name);
  const errors: string[] = [];
  const excluded: string[] = [];
  const failed: string[] = [];
  let compiles = false;
  for (const alternative of program.alternatives) {
    const reason = excludedByKernel(alternative);
    if (reason !== undefined) {
      excluded.push(reason);
      continue;
    }
    try {
      const compiled = await compile(program, alternative);
      compiles = true;
      errors.push(...describe(checkMetrics(program, compiled)));
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      if (error instanceof CompilerUnavailableError) {
        return {
          errors: [],
          notes: [`the code of program ${name} could not be checked here: ${words}`],
        };
      }
      const { file, line, column } = alternative.place;
      const text = `${file}:${line}:${column}: program ${name}: ${words}`;
      // What does not compile here may be meant for other kernels; tables that cannot be made are no such matter.
      (error instanceof CompileError ? failed : errors).push(text);
    }
  }
  if (compiles) {
    return { errors, notes: failed.map((text) => `passed over for another alternative: ${text}`) };
  }
  const unchecked = failed.length === 0 && errors.length === 0;
  return {
    errors: [...failed, ...errors],
    notes: unchecked
      ? [`the code of program ${name} could not be checked here: ${excluded.join("; ")}`]
      : [],
  };
}

function describe(problems: readonly ConfigProblem[]): string[] {
  return problems.map((problem) => formatProblem(withSourceLine(problem)));
}

async function checkPrograms(config: Config, command: CheckCommand): Promise<CodeCheck[]> {
  removeStaleFolders(temporaryFolder());
  const log = openLog({ level: command.logLevel, format: command.logFormat });
  const progress = openProgress(config.programs.length);
  const compile = createCompileAlternative(command, log, progress, new AbortController().signal);
  const checks = await Promise.all(config.programs.map((program) => checkCode(program, compile)));
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
  const checks = await checkPrograms(config, command);
  const errors = [...new Set(checks.flatMap(({ errors }) => errors))];
  errors.forEach((text) => console.error(text));
  checks.flatMap(({ notes }) => notes).forEach((text) => console.log(text));
  if (errors.length > 0) return 1;
  console.log(`configuration is valid: ${config.programs.length} program(s)`);
  return 0;
}
