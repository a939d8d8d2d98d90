/** clang's words about a program's code as problems of the configuration file. */

import type { CodeBlock, ConfigProblem, Place } from "../config/config.ts";

/** What libbcc calls the program's text. */
const MAIN_FILE = "/virtual/main.c";
const DIAGNOSTIC = /^(\S+?):(\d+):(\d+): (fatal error|error|warning|note): (.*)$/;
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
  const codeLines = code.text.split("\n");
  const problems: ConfigProblem[] = [];
  const lines: string[] = [];
  for (const line of output.split("\n")) {
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
    // The file's line is the code's line behind the block's indentation.
    const sourceLine = (where?: Place) =>
      " ".repeat(Math.max(0, (where?.column ?? 1) - Number(column))) +
      (codeLines[Number(row) - 1] ?? "");
    problems.push(
      where
        ? { place: where, path: "code", message, sourceLine: sourceLine(where) }
        : { place: place(1, 1), path: "code", message: `${file}:${row}: ${message}` },
    );
  }
  return { problems, text: lines.join("\n").trim() };
}
