/** C text → `CompiledProgram`, in the process that has libbcc mapped. It knows no configuration. */

import {
  COMPILED_PROGRAM_FORMAT,
  type CompiledFunction,
  type CompiledProgram,
  type CompiledTable,
} from "./compiled_program.ts";
import { compileModule, type Libbcc, readCString } from "./libbcc.ts";

const INSTRUCTION_SIZE = 8;
const BPF_LD_IMM_DW = 0x18, BPF_PSEUDO_MAP_FD = 1;

function readTables(
  libbcc: Libbcc,
  module: Deno.PointerValue,
): { tables: CompiledTable[]; indexOfFd: Map<number, number> } {
  const tables: CompiledTable[] = [];
  const indexOfFd = new Map<number, number>();
  for (let id = 0n; id < libbcc.bpf_num_tables(module); id++) {
    indexOfFd.set(libbcc.bpf_table_fd_id(module, id), tables.length);
    tables.push({
      name: readCString(libbcc.bpf_table_name(module, id)),
      type: libbcc.bpf_table_type_id(module, id),
      keySize: Number(libbcc.bpf_table_key_size_id(module, id)),
      leafSize: Number(libbcc.bpf_table_leaf_size_id(module, id)),
      maxEntries: Number(libbcc.bpf_table_max_entries_id(module, id)),
      flags: libbcc.bpf_table_flags_id(module, id),
      keyDescription: readCString(libbcc.bpf_table_key_desc_id(module, id)),
      leafDescription: readCString(libbcc.bpf_table_leaf_desc_id(module, id)),
    });
  }
  return { tables, indexOfFd };
}

/** Takes the fds of this process out of the instructions and notes which table each stood for. */
function takeFunction(
  name: string,
  instructions: Uint8Array,
  indexOfFd: ReadonlyMap<number, number>,
): CompiledFunction {
  const view = new DataView(instructions.buffer, instructions.byteOffset, instructions.length);
  const tableReferences: [number, number][] = [];
  for (let at = 0; at < instructions.length; at += INSTRUCTION_SIZE) {
    if (instructions[at] !== BPF_LD_IMM_DW) continue;
    if (instructions[at + 1] >> 4 === BPF_PSEUDO_MAP_FD) {
      const table = indexOfFd.get(view.getInt32(at + 4, true));
      if (table === undefined) {
        throw new Error(`function "${name}" names a table that libbcc does not list`);
      }
      tableReferences.push([at / INSTRUCTION_SIZE, table]);
      view.setInt32(at + 4, 0, true);
    }
    at += INSTRUCTION_SIZE; // the second half of a 16-byte instruction
  }
  return { name, instructions: instructions.toBase64(), tableReferences };
}

/** Compiles; undefined after an error, which libbcc has written to stdout and stderr. */
export function compileSource(
  libbcc: Libbcc,
  source: string,
  cflags: readonly string[],
  kernelTypes: string,
): CompiledProgram | undefined {
  const module = compileModule(libbcc, source, cflags);
  if (!module) return undefined;
  const { tables, indexOfFd } = readTables(libbcc, module);
  const functions: CompiledFunction[] = [];
  for (let id = 0n; id < libbcc.bpf_num_functions(module); id++) {
    const start = libbcc.bpf_function_start_id(module, id);
    const size = Number(libbcc.bpf_function_size_id(module, id));
    if (!start) continue;
    // libbcc's own copy stays as it is: it still refers to its own maps.
    const instructions = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(start, size)).slice();
    functions.push(
      takeFunction(readCString(libbcc.bpf_function_name(module, id)), instructions, indexOfFd),
    );
  }
  return {
    format: COMPILED_PROGRAM_FORMAT,
    license: readCString(libbcc.bpf_module_license(module)),
    kernVersion: libbcc.bpf_module_kern_version(module),
    kernelTypes,
    functions,
    tables,
  };
}
