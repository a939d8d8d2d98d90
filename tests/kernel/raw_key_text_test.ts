/**
 * Raw key texts and layouts against libbcc's own printer and the sizes of its compiler. Needs libbcc
 * 0.26 (0.31 prints fields behind padding wrongly) and the rights for BPF.
 */

import assert from "node:assert/strict";
import { compileWithKernelTypes } from "../../src/compiler/compile_with_kernel_types.ts";
import { rawText } from "../../src/tables/raw_text.ts";
import { parseTableLayout } from "../../src/tables/table_layout.ts";

const KEYS: Record<string, string> = {
  scalar8: "u8 KEY",
  scalar16: "u16 KEY",
  scalar32: "int KEY",
  scalar64: "u64 KEY",
  flag: "bool KEY",
  color: "enum { RED = 1, GREEN = 5 } KEY",
  wide_enum: "enum { WIDE = 0x100000000ULL } KEY",
  numbers: "u32 KEY[4]",
  plain_text: "char KEY[16]",
  few_bytes: "u8 KEY[6]",
  padded: "struct { u32 a; u64 b; char c[5]; } KEY",
  disk: "struct { char disk[32]; u8 op; u64 slot; } KEY",
  tight: "struct { u8 a; u64 b; u16 c; } __attribute__((packed)) KEY",
  nested: "struct { u32 a; struct { u8 x; u16 y; } in; u64 b; } KEY",
  nameless: "struct { u32 a; struct { u8 x; u16 y; }; u64 b; } KEY",
  either: "struct { u32 a; union { u8 x; u64 y; }; u8 b; } KEY",
  addresses: "struct { union { u32 v4; u8 v6[16]; } addr; u8 b; } KEY",
  only_union: "union { u8 x; u64 y; u32 z[3]; } KEY",
  records: "struct { struct { u8 a; u32 b; } e[2]; } KEY",
  numbers_inside: "struct { u16 n[3]; char name[4]; u32 last; } KEY",
  characters: "struct { char a; char b[3]; char c; } KEY",
  nothing: "struct { u32 a; struct {} e; u32 b; } KEY",
};
const KEYS_EACH = 50;

const decoder = new TextDecoder();

const FUNCTIONS = {
  // void *bpf_module_create_c_from_string(const char *, unsigned, const char *[], int, bool, const char *)
  bpf_module_create_c_from_string: {
    parameters: ["buffer", "u32", "buffer", "i32", "bool", "buffer"],
    result: "pointer",
  },
  bpf_module_destroy: { parameters: ["pointer"], result: "void" },
  bpf_num_tables: { parameters: ["pointer"], result: "usize" },
  bpf_table_name: { parameters: ["pointer", "usize"], result: "pointer" },
  bpf_table_key_size_id: { parameters: ["pointer", "usize"], result: "usize" },
  bpf_table_key_desc_id: { parameters: ["pointer", "usize"], result: "pointer" },
  // int bpf_table_key_snprintf(void *, size_t id, char *buf, size_t buflen, const void *key)
  bpf_table_key_snprintf: {
    parameters: ["pointer", "usize", "buffer", "usize", "buffer"],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

Deno.test("raw key text is what libbcc prints", () => {
  const library = Deno.dlopen("libbcc.so.0", FUNCTIONS);
  const bcc = library.symbols;
  const source = Object.entries(KEYS).map(([name, type]) =>
    `typedef ${type.replace("KEY", `${name}_t`)};\nBPF_HASH(${name}, ${name}_t, u64, 4);\n`
  ).join("");
  // Leaves libbcc's header tree in place where the kernel's types come from BTF.
  const folder = Deno.makeTempDirSync();
  compileWithKernelTypes({
    source: { name: "keys", code: source, cflags: [] },
    kernelTypes: "auto",
    folder,
  });
  const module = bcc.bpf_module_create_c_from_string(text(source), 0, null, 0, true, null);
  Deno.removeSync(folder, { recursive: true });
  assert.ok(module, "libbcc compiles the keys");
  const seen = new Set<string>();
  for (let id = 0n; id < bcc.bpf_num_tables(module); id++) {
    const name = textAt(bcc.bpf_table_name(module, id));
    const size: number = Number(bcc.bpf_table_key_size_id(module, id));
    const description = textAt(bcc.bpf_table_key_desc_id(module, id));
    const { key: type } = parseTableLayout(description, '"unsigned long long"', size, 8);
    for (let round = 0; round < KEYS_EACH; round++) {
      // A NUL behind the key: libbcc's text may run past its array's end, ours must not.
      const key: Uint8Array<ArrayBuffer> = new Uint8Array(size + 1);
      crypto.getRandomValues(key.subarray(0, size));
      if (round % 2 === 0) key.forEach((byte, at) => key[at] = byte % 3 === 0 ? 0 : byte);
      endTexts(name, key);
      const printed = new Uint8Array(4096);
      assert.equal(bcc.bpf_table_key_snprintf(module, id, printed, 4096n, key), 0);
      const expected = decoder.decode(printed.subarray(0, printed.indexOf(0)));
      assert.equal(rawText(type, key.subarray(0, size)), expected, `${name} ${key.join(" ")}`);
    }
    seen.add(name);
  }
  bcc.bpf_module_destroy(module);
  library.close();
  assert.deepEqual([...seen].toSorted(), Object.keys(KEYS).toSorted());
});

/** Last bytes of char arrays that something other than 0 follows: where libbcc would read on. */
const TEXT_ENDS: Record<string, number[]> = {
  padded: [20],
  disk: [31],
  addresses: [15],
  characters: [3],
  numbers_inside: [9],
  only_union: [15],
};

function endTexts(name: string, key: Uint8Array): void {
  for (const at of TEXT_ENDS[name] ?? []) key[at] = 0;
}

function text(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${value}\0`);
}

function textAt(pointer: Deno.PointerValue): string {
  assert.ok(pointer);
  return Deno.UnsafePointerView.getCString(pointer);
}
