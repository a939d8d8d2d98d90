/** Turns the text of configuration files into one checked configuration; it must not read files. */

import { buildProgram } from "./build_config.ts";
import { checkConflicts } from "./check_conflicts.ts";
import type { Config, ConfigProblem } from "./config.ts";
import { parsePrograms } from "./parse_programs.ts";
import { buildSource } from "./source.ts";

export interface ParsedConfig {
  /** Absent if there is any problem. */
  readonly config?: Config;
  /** Everything that is wrong, by file and line. */
  readonly problems: readonly ConfigProblem[];
}

/** The text of a file and the name that places in it go by. */
export interface ConfigText {
  readonly text: string;
  readonly file: string;
}

/** Reads a configuration from text, e.g. of an embedded example; `file` is what places name. Never throws. */
export function parseConfig(text: string, file: string): ParsedConfig {
  return parseConfigs([{ text, file }]);
}

/** Merges the programs of several files in their order. Never throws for what is in them. */
export function parseConfigs(texts: readonly ConfigText[]): ParsedConfig {
  const sources = texts.map(({ text, file }) => buildSource(file, text.replace(/^\ufeff/, "")));
  const programs = sources.flatMap(parsePrograms);
  checkConflicts(programs);
  const problems = sources.flatMap((source) => source.problems());
  if (problems.length > 0) return { problems };
  return {
    config: {
      programs: programs.flatMap(({ source, node, entry }) =>
        entry === undefined ? [] : [buildProgram(source, node, entry)]
      ),
    },
    problems: [],
  };
}
