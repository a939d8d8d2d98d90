/** The one door to libc and the kernel: system calls with their errno. It knows no BPF semantics. */

const SYMBOLS = {
  // long syscall(long number, ...)
  bpf: { name: "syscall", parameters: ["i32", "i32", "buffer", "u32"], result: "i32" },
  perf_event_open: {
    name: "syscall",
    parameters: ["i32", "buffer", "i32", "i32", "i32", "i64"],
    result: "i32",
  },
  // int ioctl(int fd, unsigned long request, ...)
  ioctl: { parameters: ["i32", "u64", "i64"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  // int dup2(int oldfd, int newfd); int dup(int fd)
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  dup: { parameters: ["i32"], result: "i32" },
  // ssize_t write(int fd, const void *buf, size_t count)
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // int prctl(int option, unsigned long arg2, ...)
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  getppid: { parameters: [], result: "i32" },
  kill: { parameters: ["i32", "i32"], result: "i32" },
  // int mount(const char *source, const char *target, const char *type, unsigned long, const void *)
  mount: { parameters: ["buffer", "buffer", "buffer", "u64", "pointer"], result: "i32" },
  // int prlimit(pid_t pid, int resource, const struct rlimit *new_limit, struct rlimit *old_limit)
  prlimit: { parameters: ["i32", "i32", "buffer", "buffer"], result: "i32" },
  // char *strerror(int errnum)
  strerror: { parameters: ["i32"], result: "pointer" },
  // int *__errno_location(void): glibc's errno of the calling thread
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/** System call numbers without a glibc wrapper, from the kernel's syscall tables. */
const SYSCALL_NUMBERS = {
  x86_64: { bpf: 321, perf_event_open: 298 },
  aarch64: { bpf: 280, perf_event_open: 241 },
} as const;

type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

let opened: { symbols: Libc; errno: Deno.UnsafePointerView } | undefined;

function libc(): { symbols: Libc; errno: Deno.UnsafePointerView } {
  if (!opened) {
    const symbols = Deno.dlopen("libc.so.6", SYMBOLS).symbols;
    const location = symbols.__errno_location();
    if (!location) throw new Error("glibc gave no place of errno");
    opened = { symbols, errno: new Deno.UnsafePointerView(location) };
  }
  return opened;
}

/** `result`, or the negated errno of the call that returned it. Right only straight after that call. */
function orErrno(result: number): number {
  return result >= 0 ? result : -libc().errno.getInt32(0);
}

const NUMBERS = SYSCALL_NUMBERS[Deno.build.arch];

/** bpf(2). Returns what the kernel returned, or a negated errno. */
export function bpf(command: number, attr: Uint8Array<ArrayBuffer>): number {
  return orErrno(libc().symbols.bpf(NUMBERS.bpf, command, attr, attr.length));
}

/** perf_event_open(2) without a group, close-on-exec. Returns an fd, or a negated errno. */
export function perfEventOpen(attr: Uint8Array<ArrayBuffer>, pid: number, cpu: number): number {
  const PERF_FLAG_FD_CLOEXEC = 8n;
  return orErrno(
    libc().symbols.perf_event_open(
      NUMBERS.perf_event_open,
      attr,
      pid,
      cpu,
      -1,
      PERF_FLAG_FD_CLOEXEC,
    ),
  );
}

/** ioctl(2) with a plain number as argument. Returns 0 or more, or a negated errno. */
export function ioctl(fd: number, request: number, argument: number): number {
  return orErrno(libc().symbols.ioctl(fd, BigInt(request), BigInt(argument)));
}

/** close(2); the fd is gone whatever it returns, so nothing is returned. */
export function closeFd(fd: number): void {
  libc().symbols.close(fd);
}

/** dup(2): a second fd for the same file. Returns an fd, or a negated errno. */
export function duplicateFd(fd: number): number {
  return orErrno(libc().symbols.dup(fd));
}

/** dup2(2): makes `to` name what `from` names. Returns `to`, or a negated errno. */
export function replaceFd(from: number, to: number): number {
  return orErrno(libc().symbols.dup2(from, to));
}

/** Writes all of `bytes` to `fd`; throws with the errno's words when it cannot. */
export function writeFd(fd: number, bytes: Uint8Array<ArrayBuffer>): void {
  const EINTR = 4;
  for (let done = 0; done < bytes.length;) {
    const part = bytes.subarray(done);
    const written = orErrno(Number(libc().symbols.write(fd, part, BigInt(part.length))));
    if (written === -EINTR) continue;
    if (written < 0) throw new Error(`writing to fd ${fd}: ${strerror(-written)}`);
    done += written;
  }
}

/** Has this process killed when the thread that started it ends; false when that has happened already. */
export function bindToParent(parentPid: number): boolean {
  const PR_SET_PDEATHSIG = 1, SIGKILL = 9n;
  libc().symbols.prctl(PR_SET_PDEATHSIG, SIGKILL, 0n, 0n, 0n);
  // The parent may have ended before the signal was asked for.
  return libc().symbols.getppid() === parentPid;
}

/** SIGKILL to a process group. */
export function killGroup(leader: number): void {
  libc().symbols.kill(-leader, 9);
}

/** Whether a process exists (it may be another user's). */
export function processExists(pid: number): boolean {
  const EPERM = 1;
  const result = orErrno(libc().symbols.kill(pid, 0));
  return result === 0 || result === -EPERM;
}

/** mount(2) of a pseudo file system. Returns 0, or a negated errno. */
export function mountPseudo(type: string, target: string): number {
  return orErrno(libc().symbols.mount(cString(type), cString(target), cString(type), 0n, null));
}

/** Raises RLIMIT_MEMLOCK of this process to no limit, as kernels before 5.11 charge maps to it. */
export function raiseMemlock(): boolean {
  const RLIMIT_MEMLOCK = 8;
  const limit = new Uint8Array(16).fill(0xff); // RLIM_INFINITY, soft and hard
  return libc().symbols.prlimit(0, RLIMIT_MEMLOCK, limit, null) === 0;
}

/** Raises the soft limit of open files to the hard one: each client that waits for an answer takes one. */
export function raiseOpenFiles(): void {
  const RLIMIT_NOFILE = 7;
  const limit = new BigUint64Array(2); // soft, hard
  const bytes = new Uint8Array(limit.buffer);
  if (libc().symbols.prlimit(0, RLIMIT_NOFILE, null, bytes) !== 0) return;
  limit[0] = limit[1];
  libc().symbols.prlimit(0, RLIMIT_NOFILE, bytes, null);
}

/** Limits this process's private writable memory (RLIMIT_DATA); a lower limit that it has already stays. */
export function limitData(bytes: number): void {
  const RLIMIT_DATA = 2;
  const limit = new BigUint64Array(2); // soft, hard
  const buffer = new Uint8Array(limit.buffer);
  libc().symbols.prlimit(0, RLIMIT_DATA, null, buffer);
  for (const [index, present] of limit.entries()) {
    if (BigInt(bytes) < present) limit[index] = BigInt(bytes);
  }
  libc().symbols.prlimit(0, RLIMIT_DATA, buffer, null);
}

/** The C library's words for an errno. */
export function strerror(errno: number): string {
  const text = libc().symbols.strerror(errno);
  return text ? Deno.UnsafePointerView.getCString(text) : `error ${errno}`;
}

const encoder = new TextEncoder();

/** `text` as a NUL-terminated C string. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text + "\0");
}

/** Buffers that a call under way knows only by address: nothing else keeps them from being collected. */
const held: object[] = [];

/** Makes `call` while `buffers` cannot be collected. */
export function holding<T>(buffers: readonly object[], call: () => T): T {
  held.push(...buffers);
  try {
    return call();
  } finally {
    held.length -= buffers.length;
  }
}

/** The address of a buffer's first byte, valid while the buffer lives: see `holding`. */
export function addressOf(buffer: Uint8Array<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer));
}
