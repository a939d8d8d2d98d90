/**
 * The compile child: a `CompileRequest` on stdin, a `CompiledProgram` on stdout, everything that libbcc and clang print
 * on stderr. Exit status 1: the code does not compile.
 */

import { readRequest } from "../kernel/child_process.ts";
import { duplicateFd, limitData, replaceFd, writeFd } from "../kernel/libc.ts";
import { COMPILER_UNAVAILABLE, type CompileRequest } from "../compiler/compile_request.ts";
import { compileWithKernelTypes } from "../compiler/compile_with_kernel_types.ts";

/** An LLVM takes some 300 MB; a program that makes it take this much would take the host with it. */
const MOST_MEMORY_BYTES = 4 * 2 ** 30;

export async function compileChild(): Promise<number> {
  const request = await readRequest<CompileRequest>();
  if (!request) return 1;
  limitData(MOST_MEMORY_BYTES);
  // libbcc prints some of its errors to stdout, where only the answer may go.
  const answer = duplicateFd(1);
  replaceFd(2, 1);
  try {
    const compiled = compileWithKernelTypes(request);
    if (!compiled) return 1;
    writeFd(answer, new TextEncoder().encode(JSON.stringify(compiled)));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return COMPILER_UNAVAILABLE;
  }
}
