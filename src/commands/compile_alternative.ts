/** Compiles one alternative of a program: flags, a free place among the compilers, and its errors in the file's terms. */

import type { CompiledProgram } from "../compiler/compiled_program.ts";
import { compileProgram, type CompileResult } from "../compiler/compile_program.ts";
import { parseDiagnostics } from "../compiler/diagnostics.ts";
import { KaddrError, kaddrFlags } from "../compiler/kaddrs.ts";
import { findLostIncrements } from "../compiler/lost_increments.ts";
import { findUnsupportedTables } from "../compiler/unsupported_tables.ts";
import { placeInCode } from "../config/code_place.ts";
import type { AlternativeConfig, ConfigProblem, ProgramConfig } from "../config/config.ts";
import { formatProblem } from "../config/problem.ts";
import { checkProgramAgainstCode } from "../config/validate_compiled.ts";
import type { Log } from "../log.ts";
import type { ProgramOptions } from "./args.ts";
import { childCommand } from "./child_command.ts";
import type { Progress } from "./progress.ts";
import { withSourceLine } from "./source_line.ts";

/** Why an alternative cannot be run: problems of the file, each at its place. */
export class CompileError extends Error {
  override readonly name = "CompileError";
  constructor(message: string, readonly problems: readonly ConfigProblem[]) {
    super([message, ...problems.map((problem) => formatProblem(problem))].join("\n"));
  }
}

/** The compiler could not even look at the code: no libbcc, no kernel types, or not the rights. */
export class CompilerUnavailableError extends Error {
  override readonly name = "CompilerUnavailableError";
}

export type CompileAlternative = (
  program: ProgramConfig,
  alternative: AlternativeConfig,
) => Promise<CompiledProgram>;

/** Hands out `places` places; further callers wait in order. */
function createGate(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

function fail(
  result: CompileResult & { compiled?: undefined },
  alternative: AlternativeConfig,
): CompileError {
  const { problems, text } = parseDiagnostics(
    result.output,
    alternative.code,
    (line, column) => placeInCode(alternative.code, line, column),
  );
  if (problems.length > 0) return new CompileError(result.reason, problems.map(withSourceLine));
  return new CompileError(text === "" ? result.reason : `${result.reason}\n${text}`, []);
}

function addressFlags({ kaddrs }: AlternativeConfig): string[] {
  try {
    return kaddrFlags(kaddrs);
  } catch (error) {
    if (!(error instanceof KaddrError)) throw error;
    throw error.areHidden
      ? new CompilerUnavailableError(error.message)
      : new CompileError(error.message, []);
  }
}

/** Tables that cannot be had are told before the compiler makes them: a pin would stay behind. */
function refuseTables({ code }: AlternativeConfig): void {
  const problems = findUnsupportedTables(code.text).map(({ offset, message }): ConfigProblem => {
    const before = code.text.slice(0, offset).split("\n");
    const column = new TextEncoder().encode(before.at(-1)).length + 1;
    return withSourceLine({
      place: placeInCode(code, before.length, column),
      path: "code",
      message,
    });
  });
  if (problems.length > 0) throw new CompileError("the code cannot be run", problems);
}

/**
 * Makes the function that compiles alternatives in children, `compileJobs` at a time. It throws `CompileError`; a metric
 * whose table the code does not define is left to the caller, since the program can run without it.
 */
export function createCompileAlternative(
  options: ProgramOptions,
  log: Log,
  progress: Progress,
  signal: AbortSignal,
): CompileAlternative {
  const gate = createGate(options.compileJobs);
  return (program, alternative) =>
    gate(async () => {
      const done = progress.begin(program.name);
      try {
        refuseTables(alternative);
        const result = await compileProgram({
          name: program.name,
          code: alternative.code.text,
          cflags: [
            `-DNUMCPUS=${navigator.hardwareConcurrency}`,
            ...addressFlags(alternative),
            ...alternative.cflags,
          ],
        }, {
          kernelTypes: options.kernelTypes,
          timeoutMs: options.compileTimeoutMs,
          childCommand: childCommand("compile-child"),
          signal,
        });
        if (!result.compiled) {
          if (result.unavailable) throw new CompilerUnavailableError(result.reason);
          throw fail(result, alternative);
        }
        if (result.output !== "") {
          log.debug("compiler output", { program: program.name, output: result.output });
        }
        const { compiled } = result;
        for (const table of findLostIncrements(alternative.code.text, compiled.tables)) {
          log.warn(
            "increment() makes no new keys in this kind of table: what has none yet is not counted",
            {
              program: program.name,
              table,
              remedy: "lookup_or_try_init() and lock_xadd()",
            },
          );
        }
        const problems = checkProgramAgainstCode(program, alternative, {
          functions: compiled.functions.map(({ name }) => name),
          tables: compiled.tables.map(({ name }) => name),
        }).filter(({ path }) => !path.endsWith(".table"));
        if (problems.length > 0) {
          throw new CompileError(
            "the code lacks what the config names",
            problems.map(withSourceLine),
          );
        }
        return compiled;
      } finally {
        done();
      }
    });
}
