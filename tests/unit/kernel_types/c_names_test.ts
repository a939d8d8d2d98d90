import assert from "node:assert/strict";
import { cNames } from "../../../src/kernel_types/c_names.ts";

const names = cNames(`
#include <linux/fs.h>
#include "net/sock.h" // struct commented
/* struct also_commented { int x; }; */
#define LIMIT(x) \\
  min((x), UPPER)
#undef LENGTH
#define LENGTH 4
struct key_t { u32 pid; char comm[LENGTH]; enum inner { IN_A, IN_B = 2 } kind; };
typedef struct other { u64 x; } other_t;
BPF_HASH(start, struct request *, u64);
BPF_TABLE("percpu_hash", struct key_t, u64, counts, 1024);
const u8 max_slot = 26;
static int (*callback)(struct file *f);
static inline u64 helper(struct sock *sk) { u64 local = sk->sk_num; return local; }
int trace(struct pt_regs *ctx) { const char *s = "struct quoted { }"; return 'x'; }
`);

Deno.test("uses leave out comments and strings and hold what macros name", () => {
  for (const name of ["min", "UPPER", "sk_num", "request", "trace"]) {
    assert.ok(names.used.has(name), name);
  }
  for (const name of ["commented", "also_commented", "quoted", "x1"]) {
    assert.ok(!names.used.has(name), name);
  }
  assert.deepEqual(
    [...names.usedTags].sort(),
    ["file", "inner", "key_t", "other", "pt_regs", "request", "sock"],
  );
});

Deno.test("definitions are told from uses", () => {
  assert.deepEqual([...names.tags].sort(), ["inner", "key_t", "other"]);
  assert.deepEqual(
    [...names.ordinary].sort(),
    ["IN_A", "IN_B", "callback", "counts", "helper", "max_slot", "other_t", "start", "trace"],
  );
});

Deno.test("a macro that the text takes away first is somebody else's too", () => {
  assert.deepEqual([...names.macros], ["LIMIT"]);
  assert.deepEqual([...names.includes], ["linux/fs.h", "net/sock.h"]);
});

Deno.test("text that is no C is read without complaint", () => {
  for (const text of ["", "}}}))", "#", '"', "/*", "struct", "BPF_HASH(", "enum {"]) cNames(text);
});
