/** Programs compiled for tests of this kernel, in a child as the exporter does it. */

import { childCommand } from "../../src/commands/child_command.ts";
import type { CompiledProgram } from "../../src/compiler/compiled_program.ts";
import { compileProgram } from "../../src/compiler/compile_program.ts";

/** Compiles `code` or fails the test with the compiler's words. */
export async function compileForTest(
  code: string,
  cflags: readonly string[] = [],
): Promise<CompiledProgram> {
  const result = await compileProgram({ name: "test", code, cflags }, {
    kernelTypes: "auto",
    timeoutMs: 120_000,
    childCommand: childCommand("compile-child"),
  });
  if (!result.compiled) throw new Error(`${result.reason}\n${result.output}`);
  return result.compiled;
}

/** This process's open fds with what they name. */
export function openFds(): string[] {
  const fds: string[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      fds.push(`${name} ${Deno.readLinkSync(`/proc/self/fd/${name}`)}`);
    } catch { /* the fd of this very listing */ }
  }
  return fds.sort();
}

/** Fds that BPF opened. */
export function bpfFds(): string[] {
  return openFds().filter((fd) => /anon_inode:(bpf|\[perf)/.test(fd));
}
