/** Shows the line of the file beside a problem that came up after the file was read; it must not know what is wrong. */

import type { ConfigProblem, Place } from "../config/config.ts";
import { readExample } from "./examples.ts";

/** As the file is now: its text is not kept for the rare problem. */
function readLine({ file, line }: Place): string | undefined {
  try {
    // Whatever stands there by now must not make the reader wait.
    if (!Deno.statSync(file).isFile) return undefined;
    return Deno.readTextFileSync(file).split(/\r?\n/)[line - 1];
  } catch {
    // An example that was asked for by its name is no file here.
    return readExample(file.replace(/^examples\//, ""))?.text.split("\n")[line - 1];
  }
}

/** The problem with its line; a problem that has one, or whose file is gone, stays as it is. */
export function withSourceLine(problem: ConfigProblem): ConfigProblem {
  if (problem.sourceLine !== undefined) return problem;
  const sourceLine = readLine(problem.place);
  return sourceLine === undefined ? problem : { ...problem, sourceLine };
}
