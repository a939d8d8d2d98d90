/**
 * Makes the single executable: `deno task compile [--target TARGET] [--output FILE]`. It knows which
 * file starts the program and that `examples/` goes with it, and nothing else of the program.
 */

import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chooseCompiler, type Compiler } from "./compiler_choice.ts";

const ROOT = resolve(import.meta.dirname!, "..");

/**
 * esbuild turns the `require` of a CommonJS package into a call of whatever `require` there is; with
 * code splitting Deno's bundler leaves it to us to have one.
 */
const REQUIRE_LINE = 'import{createRequire as __createRequire}from"node:module";' +
  "const require=__createRequire(import.meta.url);\n";

/**
 * Where the bundle lies in the executable. Files that look for `examples/` by their own place are all
 * in this folder (import edges are checked for that), so the way from there is the same in a bundle.
 */
const BUNDLE_FOLDER = join("src", "commands");

/**
 * Bundles `main.ts` into `folder`, in pieces, so that a dynamic import still loads its piece only
 * when it is reached. Against the whole npm tree this takes 10 MB off the file and 15 MB off the
 * memory of an idle process (measured with Deno 2.6.10).
 */
async function bundle(compiler: Compiler, folder: string): Promise<void> {
  const flags = ["--quiet", "--platform", "deno", "--minify", "--code-splitting"];
  await run(compiler, ["bundle", ...flags, "--outdir", folder, join(ROOT, "main.ts")]);
  for await (const { name } of Deno.readDir(folder)) {
    const file = join(folder, name);
    await Deno.writeTextFile(file, REQUIRE_LINE + await Deno.readTextFile(file));
  }
}

/** Copies the files of one folder, which has no folders in it. */
async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const entry of Deno.readDir(from)) {
    if (entry.isFile) await Deno.copyFile(join(from, entry.name), join(to, entry.name));
  }
}

/**
 * Gives all files below `folder` one time. Deno embeds it: so equal sources make equal programs, as
 * long as Deno's cache has the same path, which gets into the names of the bundle's pieces.
 */
async function setTimes(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) await setTimes(path);
    await Deno.utime(path, 0, 0);
  }
}

async function run(compiler: Compiler, args: readonly string[]): Promise<void> {
  const { success, code } = await new Deno.Command(compiler.deno, {
    args: [...args],
    cwd: ROOT,
    env: {
      ...(compiler.denort === undefined ? {} : { DENORT_BIN: compiler.denort }),
      // Its compiler thread overflows the default stack on some of the machines we build on.
      RUST_MIN_STACK: "67108864",
    },
    stdin: "null",
  }).spawn().status;
  if (!success) throw new Error(`"deno ${args[0]}" ended with status ${code}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { target: { type: "string" }, output: { type: "string" } },
  });
  const output = resolve(values.output ?? join(ROOT, "dist", "ebpf_exporter"));
  const compiler = await chooseCompiler({ ...values });
  console.error(`compile: Deno ${compiler.version} (${compiler.reason})`);

  const folder = await Deno.makeTempDir({ prefix: "ebpf_exporter-compile-" });
  // The name of the last folder gets into the executable: always the same, so that builds are equal.
  const stage = join(folder, "ebpf_exporter");
  // Beside `output`, so that the rename replaces a running program in one step.
  const unfinished = `${output}.${Deno.pid}`;
  try {
    await bundle(compiler, join(stage, BUNDLE_FOLDER));
    await copyFolder(join(ROOT, "examples"), join(stage, "examples"));
    await setTimes(stage);
    await Deno.mkdir(dirname(output), { recursive: true });
    await run(compiler, [
      "compile",
      ...["--quiet", "--allow-all", "--no-check", "--no-config", "--no-lock"],
      // The cache would be a file of a known name in /tmp, where any user can put one for root to run.
      "--no-code-cache",
      ...["--include", join(stage, "examples"), "--output", unfinished],
      ...(values.target === undefined ? [] : ["--target", values.target]),
      join(stage, BUNDLE_FOLDER, "main.js"),
    ]);
    await Deno.rename(unfinished, output);
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(unfinished).catch(() => {}); // there only if compiling failed
  }
  const bytes = await Deno.readFile(output);
  const digest = createHash("sha256").update(bytes).digest("hex");
  console.error(`compile: ${output}: ${(bytes.length / 1e6).toFixed(1)} MB, sha256 ${digest}`);
}

try {
  await main();
} catch (error) {
  console.error(`compile: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
