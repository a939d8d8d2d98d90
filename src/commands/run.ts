/** Chooses the command that the arguments ask for; each is imported only when it runs, since memory is kept for good. */

import { parseArgs } from "./args.ts";
import { UsageError } from "./usage_error.ts";

/** Runs a command line to its end and returns the process's exit status. */
export async function run(argv: readonly string[]): Promise<number> {
  let command;
  try {
    command = parseArgs(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`ebpf_exporter: ${error.message}`);
    return 2;
  }
  switch (command.kind) {
    case "serve":
      return await (await import("./serve.ts")).serve(command);
    case "check":
      return await (await import("./check.ts")).check(command);
    case "compile-child":
      return await (await import("./compile_child.ts")).compileChild();
    case "config-child":
      return await (await import("./config_child.ts")).configChild();
    default:
      return (await import("./print.ts")).print(command);
  }
}
