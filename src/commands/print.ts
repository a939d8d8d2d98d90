/** Commands that only print: help, version, the schema, the examples. */

import type { Command } from "./args.ts";
import { listExamples, readExample } from "./examples.ts";
import { buildHelp } from "./flags.ts";
import { buildVersionText, readBuildInfo } from "./version.ts";

type PrintCommand = Extract<Command, { kind: "help" | "version" | "schema" | "examples" }>;

/** Prints to stdout; returns the exit status. */
export async function print(command: PrintCommand): Promise<number> {
  switch (command.kind) {
    case "help":
      return write(buildHelp());
    case "version":
      return write(buildVersionText(readBuildInfo()));
    case "schema": {
      const { buildJsonSchema } = await import("../config/json_schema.ts");
      return write(`${JSON.stringify(buildJsonSchema(), null, 2)}\n`);
    }
    case "examples": {
      if (command.name === undefined) return write(`${listExamples().join("\n")}\n`);
      const example = readExample(command.name);
      if (example) return write(example.text);
      console.error(
        `ebpf_exporter: there is no example "${command.name}"; there are: ${
          listExamples().join(", ")
        }`,
      );
      return 2;
    }
  }
}

function write(text: string): number {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  return 0;
}
