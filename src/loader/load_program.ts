/** `CompiledProgram` → loaded functions and tables, by system calls alone. It attaches nothing and reads nothing. */

import type {
  CompiledFunction,
  CompiledProgram,
  CompiledTable,
} from "../compiler/compiled_program.ts";
import {
  createMap,
  functionInfo,
  loadFunction,
  MapType,
  ProgramLoadError,
  type ProgramType,
} from "../kernel/bpf.ts";
import { BpfMap } from "../kernel/bpf_map.ts";
import { possibleCpuCount } from "../kernel/cpus.ts";
import type { OwnedFd } from "../kernel/owned_fd.ts";
import { explainRefusal } from "./refusal.ts";

/** A function in the kernel. */
export interface LoadedFunction {
  readonly name: string;
  readonly type: ProgramType;
  readonly fd: OwnedFd;
  /** 16 hex digits over the instructions, as bpftool shows them. */
  readonly tag: string;
  readonly id: number;
}

/** A table in the kernel, with what libbcc says of its key and leaf. */
export interface LoadedTable {
  readonly compiled: CompiledTable;
  readonly map: BpfMap;
}

/** A program in the kernel; closing it closes all its fds. */
export interface LoadedProgram {
  readonly functions: readonly LoadedFunction[];
  readonly tables: ReadonlyMap<string, LoadedTable>;
  close(): void;
}

/** Table types whose creation needs what this loader does not have yet. */
const UNSUPPORTED_TYPES: ReadonlyMap<number, string> = new Map([
  [MapType.ARRAY_OF_MAPS, "an array of maps"],
  [MapType.HASH_OF_MAPS, "a hash of maps"],
]);

const INSTRUCTION_SIZE = 8;

/** The instructions with the fds of the tables in place. */
function placeTables(
  compiled: CompiledFunction,
  tableFds: readonly OwnedFd[],
): Uint8Array<ArrayBuffer> {
  const instructions = Uint8Array.fromBase64(compiled.instructions);
  const view = new DataView(instructions.buffer);
  for (const [instruction, table] of compiled.tableReferences) {
    view.setInt32(instruction * INSTRUCTION_SIZE + 4, tableFds[table].number, true);
  }
  return instructions;
}

function createTable(table: CompiledTable): OwnedFd {
  const unsupported = UNSUPPORTED_TYPES.get(table.type);
  if (unsupported) {
    throw new Error(`table "${table.name}" is ${unsupported}, which this version does not support`);
  }
  // A perf array has a place for each CPU of the host that loads it.
  const isPerfArray = table.type === MapType.PERF_EVENT_ARRAY;
  return createMap(isPerfArray ? { ...table, maxEntries: possibleCpuCount() } : table);
}

/**
 * Creates the tables and loads the wanted functions, each once per type that its probes need.
 *
 * Throws an error with one sentence (the verifier's telling lines included); then nothing stays behind in the kernel.
 * `wanted` names functions of the program: a pair that is not there is the caller's fault.
 */
export function loadProgram(
  compiled: CompiledProgram,
  wanted: readonly { readonly name: string; readonly type: ProgramType }[],
): LoadedProgram {
  const owned: OwnedFd[] = [];
  const close = () => owned.splice(0).reverse().forEach((fd) => fd.close());
  try {
    const tableFds = compiled.tables.map((table) => {
      const fd = createTable(table);
      owned.push(fd);
      return fd;
    });
    const functions: LoadedFunction[] = [];
    for (const { name, type } of wanted) {
      if (functions.some((loaded) => loaded.name === name && loaded.type === type)) continue;
      const source = compiled.functions.find((candidate) => candidate.name === name);
      if (!source) throw new Error(`the code has no function "${name}"`);
      const { license, kernVersion } = compiled;
      const instructions = placeTables(source, tableFds);
      let fd: OwnedFd;
      try {
        fd = loadFunction({ name, type, instructions, license, kernVersion });
      } catch (error) {
        throw error instanceof ProgramLoadError ? explainRefusal(error, name, instructions) : error;
      }
      owned.push(fd);
      functions.push({ name, type, fd, ...functionInfo(fd.number) });
    }
    const tables = new Map(compiled.tables.map((table, index) => [
      table.name,
      { compiled: table, map: new BpfMap(tableFds[index], table) },
    ]));
    return { functions, tables, close };
  } catch (error) {
    close();
    throw error;
  }
}
