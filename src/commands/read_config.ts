/** Reads the configuration that the command line names, in a child that ends with it. */

import type { Config, ConfigProblem } from "../config/config.ts";
import type { ConfigSource } from "../config/load_config.ts";
import { runChild } from "../kernel/child_process.ts";
import type { Log } from "../log.ts";
import { childCommand } from "./child_command.ts";
import { DEFAULT_EXAMPLE, readExample } from "./examples.ts";

/** What the config child gets on stdin. */
export interface ConfigRequest {
  readonly sources: readonly ConfigSource[];
}

export interface ReadConfig {
  /** Absent when there are problems. */
  readonly config?: Config;
  readonly problems: readonly ConfigProblem[];
}

/** Far more than the largest file that is accepted needs. */
const TIMEOUT_MS = 30_000;

/** A name that is no file but one of the examples means that example. */
function resolveSource(name: string, log: Log): ConfigSource {
  try {
    Deno.statSync(name);
    return name;
  } catch (error) {
    const example = error instanceof Deno.errors.NotFound ? readExample(name) : undefined;
    if (!example) return name;
    log.info("no such file, using the example of that name", {
      config: name,
      example: example.file,
    });
    return example;
  }
}

/**
 * Reads `names` (files, directories, examples); none means the default example. Throws when the child cannot do it, and
 * when `signal` is aborted meanwhile.
 */
export async function readConfig(
  names: readonly string[],
  log: Log,
  signal?: AbortSignal,
): Promise<ReadConfig> {
  if (names.length === 0) {
    log.info("no --config given, using the default", { example: DEFAULT_EXAMPLE });
  }
  const sources = names.length > 0
    ? names.map((name) => resolveSource(name, log))
    : [readExample(DEFAULT_EXAMPLE)!];
  const request: ConfigRequest = { sources };
  const { code, endedBy, stdout, stderr } = await runChild(childCommand("config-child"), request, {
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  if (endedBy) {
    throw new Error(
      `reading the configuration was ended by ${endedBy}; it took longer than ${
        TIMEOUT_MS / 1000
      } s or too much memory`,
    );
  }
  if (code !== 0) throw new Error(`reading the configuration failed: ${stderr}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
