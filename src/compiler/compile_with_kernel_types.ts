/** Compiles in the compile child with types from installed headers, else from BTF. */

import { readKernelConfig } from "../kernel/kernel_config.ts";
import { kernelRelease, kernelVersionCode, machine } from "../kernel/kernel_release.ts";
import { createMap, MapType, REMEDY_EPERM } from "../kernel/bpf.ts";
import { EPERM, SystemCallError } from "../kernel/errno.ts";
import { openTracefs, readEventFormat } from "../kernel/tracefs.ts";
import { writeHeaderTree } from "../kernel_types/header_tree.ts";
import { readLibbccText } from "../kernel_types/libbcc_text.ts";
import type { CompiledProgram } from "./compiled_program.ts";
import { type CompileRequest, NEXT_ATTEMPT } from "./compile_request.ts";
import { compileSource } from "./compile_source.ts";
import { findKernelHeaders } from "./kernel_headers.ts";
import { findLibbccFile, type Libbcc, openLibbcc } from "./libbcc.ts";
import { rewriteLookupOrInit } from "./lookup_or_init.ts";

/** Where libbcc looks for headers before it looks anywhere else. */
const TREE_VARIABLE = "BCC_KERNEL_SOURCE";

/**
 * Since 0.6.1 libbcc leaves the third argument of calls named `bpf_probe_read` out of its rewriting, so that the verifier
 * refuses dereferences there. Under another name, libbcc's own declaration included, the rule does not match.
 */
const OLD_CONFIG_FLAGS = ["-Dbpf_probe_read=bpf_probe_read_arg"];

function compileFromBtf(
  libbcc: Libbcc,
  request: CompileRequest,
  code: string,
  cflags: readonly string[],
): CompiledProgram | undefined {
  writeHeaderTree(request.folder, {
    btf: readKernelBtf(),
    sourceText: code,
    cflags,
    insertedText: readTracepointFormats(code),
    libbcc: readLibbccText(Deno.readFileSync(findLibbccFile())),
    versionCode: kernelVersionCode(),
    machine: machine(),
    configText: readKernelConfig(),
  });
  Deno.env.set(TREE_VARIABLE, request.folder);
  return compileSource(libbcc, code, cflags, "BTF");
}

/**
 * What libbcc makes `args` of: the types there are the program's too. It looks at TRACEPOINT_PROBE, and at arguments of
 * the type `struct tracepoint__CATEGORY__NAME`.
 */
function readTracepointFormats(code: string): string {
  const named = [
    ...code.matchAll(/\bTRACEPOINT_PROBE\s*\(\s*(\w+)\s*,\s*(\w+)/g),
    ...code.matchAll(/\bstruct\s+tracepoint__(\w+?)__(\w+)/g),
  ];
  return named.map(([, category, name]) => readEventFormat(openTracefs(), category, name))
    .join("\n");
}

const BTF_FILE = "/sys/kernel/btf/vmlinux";

function readKernelBtf(): Uint8Array {
  try {
    return Deno.readFileSync(BTF_FILE);
  } catch {
    throw new Error(
      `no kernel types: there are no headers in /lib/modules/${kernelRelease()}/build and no BTF in ${BTF_FILE}; install linux-headers-${kernelRelease()}`,
    );
  }
}

/** libbcc creates the tables while it compiles, and words a refusal as if the code were at fault. */
function assertMayCreateTables(): void {
  try {
    createMap({
      name: "may_create",
      type: MapType.ARRAY,
      keySize: 4,
      leafSize: 4,
      maxEntries: 1,
      flags: 0,
    }).close();
  } catch (error) {
    if (!(error instanceof SystemCallError) || error.errno !== EPERM) throw error;
    throw new Error(
      `compiling needs the rights for BPF, since libbcc creates the tables of the code; ${REMEDY_EPERM}`,
    );
  }
}

/** Compiles; undefined after an error that libbcc has written to stderr. Throws an error with one sentence else. */
export function compileWithKernelTypes(request: CompileRequest): CompiledProgram | undefined {
  const libbcc = openLibbcc();
  assertMayCreateTables();
  const { source, kernelTypes } = request;
  const hasLookupOrInit = !source.code.includes("lookup_or_init") || knowsLookupOrInit();
  const code = hasLookupOrInit ? source.code : rewriteLookupOrInit(source.code);
  const cflags = [...OLD_CONFIG_FLAGS, ...source.cflags];

  const headers = kernelTypes === "btf" ? undefined : findKernelHeaders();
  if (headers) {
    const compiled = compileSource(libbcc, code, cflags, `headers ${headers}`);
    if (compiled || kernelTypes === "headers" || !hasBtf()) return compiled;
    // Headers newer than the clang in libbcc do not compile at all; their BTF has no such demands.
    console.error(NEXT_ATTEMPT);
  } else if (kernelTypes === "headers") {
    throw new Error(
      `--kernel.types=headers: there are no kernel headers in /lib/modules/${kernelRelease()}/build; install linux-headers-${kernelRelease()}`,
    );
  }
  return compileFromBtf(libbcc, request, code, cflags);
}

function hasBtf(): boolean {
  try {
    return Deno.statSync(BTF_FILE).isFile;
  } catch {
    return false;
  }
}

/** libbcc's rewriter knows the method if its name stands in the library. */
function knowsLookupOrInit(): boolean {
  const library = new TextDecoder("latin1").decode(Deno.readFileSync(findLibbccFile()));
  return library.includes("lookup_or_init\0") || library.includes("(*lookup_or_init)");
}
