/** The header tree on the running kernel's own BTF: what programs of each area name compiles, and lies where BTF says. */

import assert from "node:assert/strict";
import { childCommand } from "../../src/commands/child_command.ts";
import { compileProgram, type CompileResult } from "../../src/compiler/compile_program.ts";
import { type Btf, readBtf } from "../../src/kernel/btf.ts";
import { memberPlace } from "../../src/kernel_types/layout.ts";
import { isComposite, reach } from "../../src/kernel_types/reach.ts";

const BTF = Deno.readFileSync("/sys/kernel/btf/vmlinux");

function compile(code: string): Promise<CompileResult> {
  return compileProgram({ name: "types", code, cflags: [] }, {
    kernelTypes: "btf",
    timeoutMs: 120_000,
    childCommand: childCommand("compile-child"),
  });
}

const PROGRAMS: Record<string, string> = {
  "block I/O": `
#include <uapi/linux/ptrace.h>
#include <linux/blkdev.h>
#include <linux/blk-mq.h>
struct key_t { char disk[DISK_NAME_LEN]; u8 op; u64 slot; };
BPF_HASH(start, struct request *);
BPF_HISTOGRAM(sizes, struct key_t, 1000);
int done(struct pt_regs *ctx, struct request *req, unsigned int bytes) {
  struct key_t key = { .slot = bpf_log2(bytes / 1024) };
  struct gendisk *disk = req->DISK;
  if (req->__sector == 0 && req->__data_len == 0) return 0;
  bpf_probe_read(&key.disk, sizeof(key.disk), disk->disk_name);
  key.op = (req->cmd_flags & REQ_OP_MASK) == REQ_OP_WRITE ? 2 : req->cmd_flags & REQ_SYNC ? 1 : 0;
  sizes.increment(key);
  return MAJOR(disk->major << 20) + blk_rq_bytes(req) / SECTOR_SIZE;
}`,
  "page cache": `
#include <uapi/linux/ptrace.h>
struct key_t { u64 ip; char command[128]; };
BPF_HASH(counts, struct key_t);
int do_count(struct pt_regs *ctx) {
  struct key_t key = { .ip = PT_REGS_IP(ctx) };
  bpf_get_current_comm(&key.command, sizeof(key.command));
  u64 zero = 0, *val = counts.lookup_or_try_init(&key, &zero);
  if (val) (*val)++;
  return 0;
}`,
  "tracepoints": `
BPF_HASH(calls, u64);
TRACEPOINT_PROBE(raw_syscalls, sys_exit) { u64 id = args->id; if (args->ret == -ENOENT) calls.increment(id); return 0; }
TRACEPOINT_PROBE(sched, sched_switch) { u64 pid = args->next_pid; if (args->prev_state == TASK_RUNNING) calls.increment(pid); return 0; }
RAW_TRACEPOINT_PROBE(sched_wakeup) { struct task_struct *p = (struct task_struct *)ctx->args[0]; u64 pid = p->tgid; calls.increment(pid); return 0; }`,
  "tcp": `
#include <net/sock.h>
#include <net/inet_sock.h>
#include <linux/tcp.h>
#include <bcc/proto.h>
struct key_t { u32 saddr, daddr; u16 dport, family; struct in6_addr six; u32 netns; };
BPF_HASH(bytes, struct key_t);
int sent(struct pt_regs *ctx, struct sock *sk, struct msghdr *msg, size_t size) {
  struct key_t key = { .saddr = sk->__sk_common.skc_rcv_saddr, .daddr = sk->sk_daddr, .family = sk->sk_family };
  key.dport = ntohs(sk->sk_dport);
  key.netns = sk->__sk_common.skc_net.net->ns.inum;
  if (key.family == AF_INET6) bpf_probe_read_kernel(&key.six, sizeof(key.six), &sk->sk_v6_daddr.s6_addr32);
  if (sk->sk_state == TCP_ESTABLISHED) bytes.increment(key, size + tcp_sk(sk)->srtt_us + inet_sk(sk)->inet_sport);
  struct sk_buff *skb = 0;
  return sk->sk_protocol == IPPROTO_TCP && skb ? ip_hdr(skb)->ttl : 0;
}`,
  "scheduler and timers": `
#include <linux/sched.h>
#include <linux/hrtimer.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
BPF_HASH(start, u32);
BPF_STACK_TRACE(stacks, 1024);
int run(struct pt_regs *ctx, struct task_struct *prev) {
  u32 pid = prev->pid, kind = prev->flags & PF_KTHREAD;
  struct task_struct *t = (struct task_struct *)bpf_get_current_task();
  u32 parent = t->real_parent->tgid, level = t->nsproxy->pid_ns_for_children->level;
  char comm[TASK_COMM_LEN] = {};
  bpf_probe_read_kernel(&comm, sizeof(comm), t->comm);
  u64 ts = bpf_ktime_get_ns() / NSEC_PER_USEC + HZ + parent + level + comm[0];
  if (t->mm && !kind) start.update(&pid, &ts);
  return stacks.get_stackid(ctx, 0);
}
int expire(struct pt_regs *ctx, struct hrtimer *timer) {
  u64 at = (u64)timer->function + container_of(timer, struct hrtimer, node)->base->index + HRTIMER_MODE_REL; u32 key = 0;
  start.update(&key, &at); return 0;
}`,
  "files": `
#include <linux/fs.h>
#include <linux/dcache.h>
struct data_t { char name[DNAME_INLINE_LEN]; dev_t dev; u64 ino; };
BPF_PERF_OUTPUT(events);
int read(struct pt_regs *ctx, struct file *file, char __user *buf, size_t count) {
  struct data_t data = {};
  struct dentry *de = file->f_path.dentry;
  struct inode *inode = file_inode(file);
  if (!S_ISREG(inode->i_mode) || de->d_name.len == 0) return 0;
  bpf_probe_read_kernel(&data.name, sizeof(data.name), (void *)de->d_name.name);
  data.dev = inode->i_sb->s_dev; data.ino = inode->i_ino + MINOR(data.dev) + (file->f_flags & O_DIRECT);
  events.perf_submit(ctx, &data, sizeof(data));
  return min(count, (size_t)PAGE_SIZE);
}
int syscall__openat(struct pt_regs *ctx, int dfd, const char __user *name, int flags) { return dfd == AT_FDCWD ? flags & O_CREAT : -EPERM; }`,
};

for (const [area, code] of Object.entries(PROGRAMS)) {
  Deno.test(`a program of ${area} compiles without a warning`, async () => {
    // the disk of a request is behind its queue since 5.17
    const hasDisk = /\0rq_disk\0/.test(new TextDecoder("latin1").decode(BTF));
    const result = await compile(code.replace("DISK;", hasDisk ? "rq_disk;" : "q->disk;"));
    assert.ok(result.compiled, result.output);
    assert.doesNotMatch(result.output, /warning:/);
  });
}

Deno.test("an error in the program is still told", async () => {
  const result = await compile(
    "int f(struct pt_regs *ctx) { struct task_struct *t = 0; return t->nothing; }",
  );
  assert.match(result.output, /no member named 'nothing' in 'struct task_struct'/);
});

/** Members that the kernel's own headers spell by macros of these names would not be found in other structs. */
const MACRO_MEMBER = /^(?:sk|inet|ir|ireq|tw|s6)_|^(?:fallthrough|noinline|barrier)$/;

/** What libbcc defines by itself is of libbcc's version. */
const LIBBCC_TAG = /^_*(?:bpf|btf|xdp|sk)_/;

function assertions(btf: Btf, id: number): string[] {
  const type = `${btf.kind(id) === 4 ? "struct" : "union"} ${btf.name(id)}`;
  const lines = [`_Static_assert(sizeof(${type}) == ${btf.sizeOrType(id)}, "size of ${type}");`];
  for (let i = 0; i < btf.vlen(id); i++) {
    const name = btf.text(btf.word(id, i * 3));
    const { offsetBits, widthBits } = memberPlace(btf, id, i);
    if (widthBits > 0 || !/^[A-Za-z_]\w*$/.test(name) || MACRO_MEMBER.test(name)) continue;
    lines.push(
      `_Static_assert(__builtin_offsetof(${type}, ${name}) == ${
        offsetBits / 8
      }, "${type}.${name}");`,
    );
  }
  return lines;
}

/** Numbers that look random and come again for the same seed (mulberry32). */
function random(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let mixed = Math.imul(seed ^ seed >>> 15, 1 | seed);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return (mixed ^ mixed >>> 14) >>> 0;
  };
}

Deno.test("structs lie for clang as BTF says, 500 of this kernel's by chance", async () => {
  const seed = Number(Deno.env.get("SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  console.log(`SEED=${seed} makes the same choice again`);
  const btf = readBtf(BTF);
  const byName = new Map<string, number[]>();
  for (let id = 1; id < btf.count; id++) {
    const name = btf.name(id);
    if (!isComposite(btf.kind(id)) || !/^[A-Za-z_]\w*$/.test(name) || LIBBCC_TAG.test(name)) {
      continue;
    }
    byName.set(name, [...(byName.get(name) ?? []), id]);
  }
  const unique = [...byName.values()].filter((ids) => ids.length === 1).map(([id]) => id);
  const next = random(seed);
  const chosen = new Set<number>();
  while (chosen.size < Math.min(500, unique.length)) chosen.add(unique[next() % unique.length]);
  const lines = [...chosen].flatMap((id) => assertions(btf, id));
  assert.ok(lines.length > 1000, `${lines.length} assertions`);
  const result = await compile(`${lines.join("\n")}\nint f(void *ctx) { return 0; }`);
  assert.ok(result.compiled, result.output);
});

Deno.test("a wrong offset is seen", async () => {
  const result = await compile(
    '_Static_assert(__builtin_offsetof(struct task_struct, pid) == 3, "wrong");\nint f(void *ctx) { return 0; }',
  );
  assert.match(result.output, /static_assert failed|static assertion failed/);
});

Deno.test("what a small program reaches is a small part of the kernel's types", () => {
  const btf = readBtf(BTF);
  const none = new Set<string>();
  const used = new Set(["__sector", "cmd_flags", "q", "disk", "rq_disk", "disk_name"]);
  const { definitions } = reach(btf, {
    used,
    typedefs: used,
    tags: new Set(["request"]),
    definedTags: none,
    definedOrdinary: none,
  });
  const names = definitions.map(btf.name);
  for (const name of ["request", "request_queue", "gendisk"]) assert.ok(names.includes(name), name);
  assert.ok(definitions.length < 400, `${definitions.length} definitions`);
});
