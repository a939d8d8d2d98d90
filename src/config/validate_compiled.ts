/** Checks a program against what its compiled code defines; it must not know the compiler. */

import type { AlternativeConfig, ConfigProblem, Place, ProgramConfig } from "./config.ts";
import { nearestName } from "./nearest.ts";
import { quote } from "./problem.ts";

/** The names that compiled code defines. */
export interface DefinedNames {
  readonly functions: readonly string[];
  readonly tables: readonly string[];
}

/**
 * A problem for each probe whose target is no function of the code, and for each metric whose table the
 * code does not define. `alternative` is the one that was compiled.
 */
export function checkProgramAgainstCode(
  program: ProgramConfig,
  alternative: AlternativeConfig,
  defined: DefinedNames,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report = (place: Place, path: string, message: string, hint: string) =>
    problems.push({ place, path, message, hint });
  const within = `programs[${quote(program.name)}]`;

  const functions = new Set(defined.functions);
  for (const { kind, name, target, place } of alternative.probes) {
    if (functions.has(target)) continue;
    report(
      place,
      `${within}.${kind}s[${quote(name)}]`,
      `the ${kind.replace("_", " ")} ${quote(name)} names the function ${
        quote(target)
      }, which the code does not define`,
      suggest(target, "functions", defined.functions),
    );
  }
  const tables = new Set(defined.tables);
  for (const metric of [...program.counters, ...program.histograms]) {
    if (tables.has(metric.table)) continue;
    report(
      metric.tablePlace,
      `${within}.metrics.${metric.kind}s[${quote(metric.name)}].table`,
      `the ${metric.kind} ${quote(metric.name)} names the table ${
        quote(metric.table)
      }, which the code does not define`,
      suggest(metric.table, "tables", defined.tables),
    );
  }
  return problems;
}

function suggest(name: string, kind: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  if (nearest !== undefined) return `did you mean ${quote(nearest)}`;
  if (names.length === 0) return `the code defines no ${kind}`;
  const more = names.length > 8 ? ` and ${names.length - 8} more` : "";
  return `the ${kind} of the code: ${names.slice(0, 8).join(", ")}${more}`;
}
