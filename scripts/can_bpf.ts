/**
 * Exits 0 if this process may load eBPF programs, 1 with the kernel's reason if not; it asks the kernel
 * itself, since capabilities do not tell of user namespaces, seccomp or lockdown.
 */

const BPF_PROG_LOAD = 5;
const BPF_PROG_TYPE_TRACEPOINT = 5;
/** The number of bpf(2), from the kernel's tables of system calls. */
const SYS_bpf = { x86_64: 321, aarch64: 280 }[Deno.build.arch as "x86_64" | "aarch64"];

/** Loads `r0 = 0; exit` as a tracepoint program: 0, or the errno of the refusal. */
function loadErrno(): number {
  const libc = Deno.dlopen("libc.so.6", {
    // long syscall(long number, int command, union bpf_attr *attr, unsigned int size)
    syscall: { parameters: ["i64", "i32", "buffer", "u32"], result: "i64" },
    // int close(int fd)
    close: { parameters: ["i32"], result: "i32" },
    // int *__errno_location(void)
    __errno_location: { parameters: [], result: "pointer" },
  });
  const pointer = (bytes: BufferSource) =>
    Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes as Uint8Array<ArrayBuffer>));
  const instructions = new Uint8Array(16);
  instructions.set([0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95]);
  const license = new TextEncoder().encode("GPL\0");
  // union bpf_attr, BPF_PROG_LOAD: prog_type, insn_cnt, insns, license; the rest is 0.
  const attr = new Uint8Array(72);
  const view = new DataView(attr.buffer);
  view.setUint32(0, BPF_PROG_TYPE_TRACEPOINT, true);
  view.setUint32(4, 2, true);
  view.setBigUint64(8, BigInt(pointer(instructions)), true);
  view.setBigUint64(16, BigInt(pointer(license)), true);
  const fd = Number(libc.symbols.syscall(BigInt(SYS_bpf), BPF_PROG_LOAD, attr, attr.length));
  if (fd < 0) {
    return new Deno.UnsafePointerView(libc.symbols.__errno_location()!).getInt32();
  }
  libc.symbols.close(fd);
  return 0;
}

if (import.meta.main) {
  const errno = loadErrno();
  if (errno !== 0) {
    console.error(`bpf(BPF_PROG_LOAD) is refused with errno ${errno} (see errno(3); 1 is EPERM)`);
    Deno.exit(1);
  }
}
