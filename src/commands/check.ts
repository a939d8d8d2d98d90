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

/** What checking a program's code brought. */
interface CodeCheck {
  readonly errors: readonly string[];
  /** Why the code could not be checked, if so. */
  readonly unchecked?: string;
}

/** Compiles each alternative for this kernel; one that compiles is enough, as it is for a start. */
async function checkCode(
  program: ProgramConfig,
  compile: ReturnType<typeof createCompileAlternative>,
): Promise<CodeCheck> {
  const errors: string[] = [];
  let compiles = false;
  const unchecked: string[] = [];
  for (const alternative of program.alternatives) {
    const excluded = excludedByKernel(alternative);
    if (excluded !== undefined) {
      unchecked.push(excluded);
      continue;
    }
    try {
      const compiled = await compile(program, alternative);
      compiles = true;
      errors.push(...describe(checkMetrics(program, compiled)));
    } catch (error) {
      if (error instanceof CompilerUnavailableError) {
        return { errors: [], unchecked: error.message };
      }
      if (error instanceof CompileError) {
        const { file, line, column } = alternative.place;
        errors.push(`${file}:${line}:${column}: program "${program.name}": ${error.message}`);
      } else {
        return { errors: [], unchecked: error instanceof Error ? error.message : String(error) };
      }
    }
  }
  if (!compiles && errors.length === 0) return { errors, unchecked: unchecked.join("; ") };
  return { errors };
}

function describe(problems: readonly ConfigProblem[]): string[] {
  return problems.map((problem) => formatProblem(problem));
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
    describe(problems).forEach((text) => console.error(text));
    return 1;
  }
  const checks = await checkPrograms(config, command);
  const errors = [...new Set(checks.flatMap(({ errors }) => errors))];
  errors.forEach((text) => console.error(text));
  config.programs.forEach(({ name }, index) => {
    const { unchecked } = checks[index];
    if (unchecked !== undefined) {
      console.log(`the code of program "${name}" could not be checked here: ${unchecked}`);
    }
  });
  if (errors.length > 0) return 1;
  console.log(`configuration is valid: ${config.programs.length} program(s)`);
  return 0;
}
