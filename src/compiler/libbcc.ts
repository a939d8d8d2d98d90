/**
 * The only door to libbcc, opened in the compile child alone. Only functions that stayed the same from libbcc 0.18 to
 * 0.37 are bound; the declarations are those of libbcc's `bcc_common.h`.
 */

import { addressOf, cString, holding } from "../kernel/libc.ts";

const SYMBOLS = {
  // void *bpf_module_create_c_from_string(const char *text, unsigned flags, const char *cflags[], int ncflags,
  //                                       bool allow_rlimit, const char *dev_name)
  bpf_module_create_c_from_string: {
    parameters: ["buffer", "u32", "buffer", "i32", "bool", "pointer"],
    result: "pointer",
  },
  // char *bpf_module_license(void *program); unsigned bpf_module_kern_version(void *program)
  bpf_module_license: { parameters: ["pointer"], result: "pointer" },
  bpf_module_kern_version: { parameters: ["pointer"], result: "u32" },
  // size_t bpf_num_functions(void *program), and by number: name, start of the instructions, size in bytes
  bpf_num_functions: { parameters: ["pointer"], result: "usize" },
  bpf_function_name: { parameters: ["pointer", "usize"], result: "pointer" },
  bpf_function_start_id: { parameters: ["pointer", "usize"], result: "pointer" },
  bpf_function_size_id: { parameters: ["pointer", "usize"], result: "usize" },
  // size_t bpf_num_tables(void *program), and by number what a table is
  bpf_num_tables: { parameters: ["pointer"], result: "usize" },
  bpf_table_name: { parameters: ["pointer", "usize"], result: "pointer" },
  bpf_table_fd_id: { parameters: ["pointer", "usize"], result: "i32" },
  bpf_table_type_id: { parameters: ["pointer", "usize"], result: "i32" },
  bpf_table_flags_id: { parameters: ["pointer", "usize"], result: "i32" },
  bpf_table_max_entries_id: { parameters: ["pointer", "usize"], result: "usize" },
  bpf_table_key_size_id: { parameters: ["pointer", "usize"], result: "usize" },
  bpf_table_leaf_size_id: { parameters: ["pointer", "usize"], result: "usize" },
  bpf_table_key_desc_id: { parameters: ["pointer", "usize"], result: "pointer" },
  bpf_table_leaf_desc_id: { parameters: ["pointer", "usize"], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

export type Libbcc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** The library's name without a version that a distribution would change: soname since 0.3. */
export const LIBBCC_NAME = "libbcc.so.0";

/** Maps libbcc with all of LLVM (some 130 MB) into this process; throws with the remedy. */
export function openLibbcc(): Libbcc {
  try {
    return Deno.dlopen(LIBBCC_NAME, SYMBOLS).symbols;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(
      `libbcc cannot be opened: ${
        cause.split("\n")[0].replace(/^(?:Could not open library: )+/, "")
      }; install it (Debian, Ubuntu: apt-get install libbpfcc; Fedora: dnf install bcc)`,
    );
  }
}

/** The file that the open libbcc came from. */
export function findLibbccFile(): string {
  const maps = Deno.readTextFileSync("/proc/self/maps");
  const path = maps.match(/\s(\/\S*libbcc\.so\S*)$/m)?.[1];
  if (!path) throw new Error("libbcc is not mapped into this process");
  return path;
}

/** The text of a C string that libbcc owns. */
export function readCString(pointer: Deno.PointerValue): string {
  return pointer ? Deno.UnsafePointerView.getCString(pointer) : "";
}

/** Compiles C for BPF; null after an error, which libbcc has written to stdout and stderr. Creates the maps. */
export function compileModule(
  libbcc: Libbcc,
  source: string,
  cflags: readonly string[],
): Deno.PointerValue {
  const strings = cflags.map(cString);
  const pointers = new BigUint64Array(Math.max(1, strings.length));
  strings.forEach((text, index) => pointers[index] = addressOf(text));
  const mayRaiseMemlock = true;
  return holding(strings, () =>
    libbcc.bpf_module_create_c_from_string(
      cString(source),
      0,
      new Uint8Array(pointers.buffer),
      strings.length,
      mayRaiseMemlock,
      null,
    ));
}
