/** Checks the code of a program in all its alternatives; it must not know how code is compiled. */

import type { AlternativeConfig, ConfigProblem, ProgramConfig } from "../config/config.ts";
import { formatProblem } from "../config/problem.ts";
import { CompileError, CompilerUnavailableError } from "./compile_alternative.ts";
import { excludedByKernel } from "./excluded_by_kernel.ts";
import { withSourceLine } from "./source_line.ts";

/** What checking a program's code brought. */
export interface CodeCheck {
  readonly errors: readonly string[];
  /** What was not checked, or does not matter here. */
  readonly notes: readonly string[];
}

/**
 * Checks each alternative for this kernel; one that compiles is enough, as it is for a start. `checkAlternative` compiles
 * one and gives the problems of the metrics on its tables; its errors are those of `CompileAlternative`.
 */
export async function checkCode(
  program: ProgramConfig,
  checkAlternative: (alternative: AlternativeConfig) => Promise<readonly ConfigProblem[]>,
): Promise<CodeCheck> {
  const errors: string[] = [];
  const failed: string[] = [];
  const excluded: string[] = [];
  const unavailable: string[] = [];
  let compiles = false;
  for (const alternative of program.alternatives) {
    const reason = excludedByKernel(alternative);
    if (reason !== undefined) {
      excluded.push(reason);
      continue;
    }
    try {
      const problems = await checkAlternative(alternative);
      compiles = true;
      errors.push(...problems.map((problem) => formatProblem(withSourceLine(problem))));
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      const { file, line, column } = alternative.place;
      const text = `${file}:${line}:${column}: program ${JSON.stringify(program.name)}: ${words}`;
      if (error instanceof CompilerUnavailableError) unavailable.push(words);
      // What does not compile here may be meant for other kernels; tables that cannot be made are no such matter.
      else if (error instanceof CompileError) failed.push(text);
      else errors.push(text);
    }
  }
  const isChecked = compiles || failed.length > 0 || errors.length > 0;
  return {
    errors: compiles ? errors : [...failed, ...errors],
    notes: [
      ...noteUnchecked(program, isChecked, isChecked ? unavailable : [...excluded, ...unavailable]),
      ...(compiles ? failed.map((text) => `passed over for another alternative: ${text}`) : []),
    ],
  };
}

/** `isChecked`: another alternative was. */
function noteUnchecked(
  { name }: ProgramConfig,
  isChecked: boolean,
  reasons: readonly string[],
): string[] {
  if (reasons.length === 0) return [];
  const what = isChecked ? "an alternative" : "the code";
  return [
    `${what} of program ${JSON.stringify(name)} could not be checked here: ${
      [...new Set(reasons)].join("; ")
    }`,
  ];
}
