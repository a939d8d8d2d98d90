/**
 * Measures the exporter, alone or beside the original one: `deno task bench [--keys 1000,10000] [--scrapes 50] [--gzip]
 * [--binary FILE] [--peer FILE]`. Needs the rights to load eBPF programs; results go to stdout.
 */

import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildConfig } from "./fixture.ts";
import { measure } from "./measure.ts";
import { buildReport } from "./report.ts";
import type { SubjectCommand } from "./subject.ts";

const ROOT = resolve(import.meta.dirname!, "../..");

/** A compiled exporter, this one or a peer: all take the same two flags. */
function compiledCommand(name: string, path: string): SubjectCommand {
  return {
    name,
    path: resolve(path),
    args: (file, port) => [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`],
  };
}

/** As `deno task start` runs it: sources are compiled before, or the exporter would keep 10 MB of the compiler. */
async function sourceCommand(): Promise<SubjectCommand> {
  const main = join(ROOT, "main.ts");
  await new Deno.Command(Deno.execPath(), { args: ["cache", "--quiet", main] }).output();
  const { args } = compiledCommand("", "");
  return {
    name: "deno run",
    path: Deno.execPath(),
    args: (file, port) => ["run", "-A", "--no-code-cache", main, ...args(file, port)],
  };
}

function parseCounts(text: string, flag: string): number[] {
  return text.split(",").map((part) => {
    const count = Number(part);
    if (Number.isInteger(count) && count > 0) return count;
    throw new Error(`--${flag}: "${part}" is no count, expected a whole number above 0`);
  });
}

/** One line that the next one takes the place of; nothing at all where stderr is no terminal. */
function showProgress(what: string): void {
  if (Deno.stderr.isTerminal()) Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${what}`));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      keys: { type: "string", default: "10000" },
      scrapes: { type: "string", default: "50" },
      gzip: { type: "boolean", default: false },
      binary: { type: "string" },
      peer: { type: "string" },
    },
  });
  const [scrapes] = parseCounts(values.scrapes, "scrapes");
  const commands = [
    await sourceCommand(),
    ...(values.binary === undefined ? [] : [compiledCommand("binary", values.binary)]),
    ...(values.peer === undefined ? [] : [compiledCommand("peer", values.peer)]),
  ];
  const folder = Deno.makeTempDirSync({ prefix: "ebpf_exporter_bench_" });
  try {
    for (const keys of parseCounts(values.keys, "keys")) {
      const configFile = `${folder}/bench-${keys}.yaml`;
      Deno.writeTextFileSync(configFile, buildConfig(keys));
      const measurements = await measure(commands, {
        configFile,
        keys,
        scrapes,
        gzip: values.gzip,
        onProgress: showProgress,
      });
      showProgress("");
      const title = `${keys} keys, ${scrapes} scrapes${values.gzip ? ", gzip" : ""}`;
      console.log(buildReport(title, measurements, values.peer !== undefined));
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
