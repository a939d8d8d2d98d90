/** clang's words about a program's code as problems of the configuration file. */

import type { CodeBlock, ConfigProblem, Place } from "../config/config.ts";

/** What libbcc calls the program's text. */
const MAIN_FILE = "/virtual/main.c";
const DIAGNOSTIC = /^(\S+?):(\d+):(\d+): (fatal error|error|warning|note): (.*)$/;
/** What clang says above a diagnostic in a header, outermost file first. */
const INCLUDED_FROM = /^In file included from (\S+?):(\d+):$/;
/** After so many errors a person starts with the first anyway. */
const MOST_PROBLEMS = 20;

/** What a reader of the child's output gets to see. */
export interface Diagnostics {
  /** The errors, each at its place in the configuration file. */
  readonly problems: readonly ConfigProblem[];
  /** The whole text, with places in the code turned into places in the file. */
  readonly text: string;
}

/** Turns the child's output into problems; `place` maps a position in the code to one in the file. */
export function parseDiagnostics(
  output: string,
  code: CodeBlock,
  place: (line: number, column: number) => Place,
): Diagnostics {
  const problems: ConfigProblem[] = [];
  const lines: string[] = [];
  /** The line of the code that includes what is complained about next. */
  let includeRow = 1;
  let inInclusion = false;
  for (const line of output.split("\n")) {
    const [, includer, includerRow] = line.match(INCLUDED_FROM) ?? [];
    if (includer !== undefined && !inInclusion) {
      includeRow = includer === MAIN_FILE ? Number(includerRow) : 1;
    }
    inInclusion = includer !== undefined;
    const [, file, row, column, severity, message] = line.match(DIAGNOSTIC) ?? [];
    if (file === undefined) {
      lines.push(line.replaceAll(MAIN_FILE, code.file));
      continue;
    }
    const isMain = file === MAIN_FILE;
    const where = isMain ? place(Number(row), Number(column)) : undefined;
    lines.push(
      where ? `${where.file}:${where.line}:${where.column}: ${severity}: ${message}` : line,
    );
    if (!severity.endsWith("error") || problems.length >= MOST_PROBLEMS) continue;
    problems.push(
      where
        ? { place: where, path: "code", message }
        : { place: place(includeRow, 1), path: "code", message: `${file}:${row}: ${message}` },
    );
  }
  return { problems, text: lines.join("\n").trim() };
}
