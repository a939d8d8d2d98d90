/** Reads configuration files and directories into one checked configuration; it must not know YAML. */

import { readConfigFiles } from "./config_file.ts";
import type { ConfigProblem } from "./config.ts";
import { type ConfigText, parseConfigs, type ParsedConfig } from "./parse_config.ts";

/** The path of a file or directory, or the text of a file that is read already. */
export type ConfigSource = string | ConfigText;

/**
 * Loads files and directories (their `*.yaml` and `*.yml` by name) and merges their programs in that order.
 * Problems come all at once, by file; with any problem there is no configuration. Never throws for
 * bad input. No path at all gives a configuration without programs.
 */
export function loadConfig(sources: readonly ConfigSource[]): ParsedConfig {
  const texts: ConfigText[] = [];
  const problems: ConfigProblem[] = [];
  for (const source of new Set(sources)) {
    if (typeof source !== "string") {
      texts.push(source);
      continue;
    }
    const found = readConfigFiles(source);
    texts.push(...found.texts);
    problems.push(...found.problems);
  }
  const parsed = parseConfigs(texts);
  return problems.length === 0 ? parsed : { problems: [...problems, ...parsed.problems] };
}
