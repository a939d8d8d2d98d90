import assert from "node:assert/strict";
import { headerTree } from "../../../src/kernel_types/header_tree.ts";
import { cNames } from "../../../src/kernel_types/c_names.ts";
import { type BtfBlob, btfBlob } from "./btf_blob.ts";

const LIBBCC = `
#ifndef _UAPI__LINUX_BPF_H__
#include <linux/types.h>
#define BPF_ONE 1
struct bpf_attr_like { int x; };
enum bpf_kind { BPF_KIND_A };
#include <asm/page.h>
#define BPF_STACKS(name, size) TABLE(name, roundup_pow_of_two(size))
static struct task *(*bpf_get_task)(void) = (void *)35;
`;

interface Options {
  readonly cflags?: readonly string[];
  readonly insertedText?: string;
  readonly configText?: string | null;
}

function tree(blob: BtfBlob, sourceText: string, options: Options = {}): Map<string, string> {
  return headerTree({
    btf: blob.bytes(),
    sourceText,
    cflags: options.cflags ?? [],
    insertedText: options.insertedText ?? "",
    libbcc: { text: LIBBCC, names: cNames(LIBBCC) },
    versionCode: 0x06122c,
    machine: "x86_64",
    configText: options.configText ?? null,
  });
}

function types(blob: BtfBlob, sourceText: string, options: Options = {}): string {
  return tree(blob, sourceText, options).get("include/kernel_types.h")!;
}

/** `task` holds an `inner`, and points to `file` (which has `name` and points to `deep`) and to `other`. */
function kernel() {
  const blob = btfBlob();
  const int = blob.int("int", 4);
  const u32 = blob.ref("TYPEDEF", blob.int("unsigned int", 4), "u32");
  const inner = blob.composite("STRUCT", "inner", 4, [["value", int, 0]]);
  const deep = blob.composite("STRUCT", "deep", 4, [["depth", int, 0]]);
  const file = blob.composite("STRUCT", "file", 16, [["name", u32, 0], [
    "deep",
    blob.ref("PTR", deep),
    64,
  ]]);
  const other = blob.composite("STRUCT", "other", 4, [["unused", int, 0]]);
  const comm = blob.array(blob.int("char", 1), 16);
  blob.composite("STRUCT", "task_struct", 16, [["comm", comm, 0]]);
  blob.composite("STRUCT", "task", 24, [
    ["in", inner, 0],
    ["file", blob.ref("PTR", file), 64],
    ["other", blob.ref("PTR", blob.ref("CONST", other)), 128],
  ]);
  blob.enumeration("states", 4, { STATE_ON: 1, STATE_OFF: 0x80000000 });
  blob.enumeration("req_flag_bits", 4, { __REQ_SYNC: 11, __REQ_META: 12 });
  return blob;
}

Deno.test("only what the program reaches is written, what it contains first", () => {
  const text = types(kernel(), "int f(struct task *t) { return t->file->name; }");
  assert.match(text, /struct inner \{\n\tint value;\n\};\nstruct task \{/);
  assert.match(
    text,
    /struct file \{\n\tu32 name;\n\tunsigned char __pad|struct file \{\n\tu32 name;\n\tstruct deep \*deep;/,
  );
  assert.match(text, /^struct deep;$/m);
  assert.match(text, /^struct other;$/m);
  assert.match(text, /const struct other \*other;/);
  for (const absent of ["struct deep {", "struct other {", "enum states", "struct task_struct {"]) {
    assert.ok(!text.includes(absent), absent);
  }
});

Deno.test("a helper that is called brings the type that it returns", () => {
  assert.ok(
    types(kernel(), "int f(void) { return bpf_get_task()->in.value; }").includes("struct task {"),
  );
});

Deno.test("an enumerator brings its enum, a table of its name does not", () => {
  const text = types(kernel(), "int f(void) { return STATE_ON; }");
  assert.match(text, /enum states \{\n\tSTATE_ON = 1,\n\tSTATE_OFF = -2147483648,\n\}/);
  assert.ok(!types(kernel(), "BPF_HASH(STATE_ON, u32);").includes("STATE_ON"));
});

Deno.test("names that the program has stay the program's", () => {
  const text = types(kernel(), "struct inner { char x[64]; }; int f(struct task *t) { return 0; }");
  assert.match(text, /struct inner___kernel \{\n\tint value;/);
  assert.match(text, /struct inner___kernel in;/);
  const pointee = types(
    kernel(),
    "struct file { int mine; }; int f(struct task *t) { return t->file->mine; }",
  );
  assert.match(pointee, /struct file \*file;/);
  assert.ok(!/struct file(___kernel)? \{/.test(pointee));
});

Deno.test("names that libbcc has stay libbcc's, and keep the kernel's layout where contained", () => {
  const blob = btfBlob();
  const int = blob.int("int", 4);
  const attr = blob.composite("STRUCT", "bpf_attr_like", 8, [["x", int, 0], ["newer", int, 32]]);
  const kind = blob.enumeration("bpf_kind", 4, { BPF_KIND_A: 0, BPF_KIND_NEW: 1 });
  blob.enumeration("", 4, { BPF_ONE: 1, BPF_TWO: 2 });
  blob.composite("STRUCT", "holder", 24, [
    ["attr", attr, 0],
    ["pointer", blob.ref("PTR", attr), 64],
    ["kind", kind, 128],
  ]);
  const text = types(blob, "struct holder *h; int x = BPF_TWO + BPF_KIND_A;");
  assert.match(text, /struct bpf_attr_like___kernel attr;/);
  assert.match(text, /enum bpf_kind kind;/);
  assert.ok(!text.includes("BPF_KIND_A ="));
  assert.match(text, /BPF_ONE___kernel = 1,\n\tBPF_TWO = 2,/);
});

Deno.test("macros are those in use, with this kernel's numbers", () => {
  const text = types(
    kernel(),
    "char c[TASK_COMM_LEN]; int f(u32 x) { return x & REQ_SYNC ? -ENOENT : S_ISREG(x); }",
  );
  assert.match(text, /#define TASK_COMM_LEN 16\n/);
  assert.match(text, /#define REQ_SYNC \(1ULL << __REQ_SYNC\)\n/);
  assert.match(text, /__REQ_SYNC = 11,/);
  assert.match(text, /#define ENOENT 2\n/);
  assert.match(text, /#define S_IFMT 00170000\n/);
  assert.match(
    types(kernel(), "int f(int id) { return id == __NR_openat; }"),
    /#define __NR_openat 257\n/,
  );
  // libbcc's own macros need it
  assert.match(text, /#define roundup_pow_of_two/);
  for (const absent of ["REQ_META (", "EPERM", "PAGE_SIZE"]) {
    assert.ok(!text.includes(absent), absent);
  }
});

Deno.test("a macro that is an enumerator of this kernel, or the program's, is not written", () => {
  const blob = kernel();
  blob.enumeration("", 4, { TASK_COMM_LEN: 16 });
  const text = types(blob, "#define ENOENT 7\nchar c[TASK_COMM_LEN]; int x = ENOENT;");
  assert.match(text, /\tTASK_COMM_LEN = 16,/);
  assert.ok(!text.includes("#define TASK_COMM_LEN") && !text.includes("#define ENOENT"));
});

Deno.test("what libbcc inserts for a tracepoint brings its types", () => {
  const format =
    'print fmt: "%d", STATE_ON\n\tfield:enum states state;\toffset:8;\tsize:4;\tsigned:1;\n';
  assert.ok(types(kernel(), "", { insertedText: format }).includes("enum states {"));
  const other = 'print fmt: "%d", STATE_ON\n\tfield:int state;\toffset:8;\tsize:4;\tsigned:1;\n';
  assert.ok(!types(kernel(), "", { insertedText: other }).includes("enum states {"));
});

Deno.test("every kernel header that is named leads to the types, and no other file", () => {
  const files = tree(
    kernel(),
    '#include <linux/blk-mq.h>\n#include "net/sock.h"\n#include <stdio.h>\n#include <linux/../../x.h>',
    {
      cflags: ["-include", "#include <uapi/linux/ptrace.h>"],
    },
  );
  for (const name of ["linux/blk-mq.h", "net/sock.h", "asm/page.h", "uapi/linux/ptrace.h"]) {
    assert.equal(files.get(`include/${name}`), '#include "kernel_types.h"\n', name);
  }
  assert.ok(![...files.keys()].some((path) => path.includes("stdio") || path.includes("..")));
  assert.match(files.get("include/linux/version.h")!, /#define LINUX_VERSION_CODE 397868\n/);
});

Deno.test("the configuration is the kernel's where it is known, else what libbcc asks for", () => {
  const configText =
    'CONFIG_SMP=y\nCONFIG_EXT4_FS=m\nCONFIG_HZ=250\nCONFIG_NAME="x"\n# CONFIG_NO is not set\n';
  const known = tree(kernel(), "", { configText }).get("include/linux/kconfig.h")!;
  for (
    const line of ["CONFIG_SMP 1", "CONFIG_EXT4_FS_MODULE 1", "CONFIG_HZ 250", 'CONFIG_NAME "x"']
  ) {
    assert.ok(known.includes(`#define ${line}\n`), line);
  }
  assert.ok(!known.includes("CONFIG_NO"));
  const guessed = tree(kernel(), "").get("include/linux/kconfig.h")!;
  for (const line of ["CONFIG_BPF_SYSCALL 1", "CONFIG_ARCH_HAS_SYSCALL_WRAPPER 1"]) {
    assert.ok(guessed.includes(`#define ${line}\n`), line);
  }
});
