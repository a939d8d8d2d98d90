/** The tests of tests/kernel, which on a host without kprobes see only half of the probe kinds. */

import type { GuestCase } from "../guest_case.ts";
import type { Release } from "../releases.ts";

const FOLDER = new URL("../../kernel/", import.meta.url).pathname;

/** Runs a test file to its end; throws what it printed if a test fails. */
async function runTests(file: string, ...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--cached-only", ...args, FOLDER + file],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  const output = text.decode(stdout) + text.decode(stderr);
  if (!success) throw new Error(output);
  if (/^ok \| 0 passed/m.test(output)) throw new Error(`no test was run:\n${output}`);
}

/** Where time is short, of the slow files only the tests that nothing but a kernel with kprobes can run. */
const QUICK: Readonly<Record<string, readonly string[]>> = {
  "kernel_types_test.ts": [],
  "tags_test.ts": ["--filter", "/^cachestat, alternative 2:/"],
};

export function kernelSuiteCases({ isQuick }: Release): GuestCase[] {
  const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith("_test.ts")).sort();
  return files.flatMap((file): GuestCase[] => {
    const filter = isQuick ? QUICK[file] : undefined;
    if (filter?.length === 0) return [];
    const name = `tests/kernel/${file}${filter ? ` ${filter.at(-1)}` : ""}`;
    return [{ name, run: () => runTests(file, ...(filter ?? [])) }];
  });
}
