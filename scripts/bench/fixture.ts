/**
 * The table that is measured: a config that this exporter and the original one both take, and the events that fill the
 * table. It knows nothing of what is measured.
 */

/** Names that the config gives and that a scrape shows. */
export const PROGRAM_NAME = "bench";
export const SERIES_PREFIX = "ebpf_exporter_bench_operations_total{";

/** What marks a thread's new name as one of ours: first 6 of its 15 characters. */
const MARK = "bench:";
/** How many commands and operations the keys are spread over. */
const COMMANDS = 100;

/**
 * Text of the config: a hash of `keys` keys of 32 bytes, 3 labels, filled by renames of threads. The sizes of the
 * labels are what v1 of the format needs; the mark is compared in words, so no other rename counts.
 */
export function buildConfig(keys: number): string {
  const [first, second] = new Uint32Array(new TextEncoder().encode(`${MARK}00`).buffer);
  return `programs:
  - name: ${PROGRAM_NAME}
    metrics:
      counters:
        - name: bench_operations_total
          help: Operations by id, command and kind
          table: operations
          labels:
            - name: id
              size: 8
              decoders:
                - name: uint
            - name: command
              size: 16
              decoders:
                - name: string
            - name: operation
              size: 8
              decoders:
                - name: uint
                - name: static_map
                  static_map:
                    0: read
                    1: write
                    2: sync
                    3: discard
    raw_tracepoints:
      task_rename: on_rename
    code: |
      struct operation_key_t {
          u64 id;
          char command[16];
          u64 operation;
      };

      BPF_HASH(operations, struct operation_key_t, u64, ${keys});
      BPF_ARRAY(events, u64, 1);

      int on_rename(struct bpf_raw_tracepoint_args *ctx) {
          struct operation_key_t key = {};
          bpf_probe_read(&key.command, sizeof(key.command), (void *) ctx->args[1]);
          u32 *mark = (u32 *) key.command;
          if (mark[0] != ${first}U || (mark[1] & 0xffff) != ${second & 0xffff}U) {
              return 0;
          }
          int zero = 0;
          u64 *event = events.lookup(&zero);
          if (event == NULL) {
              return 0;
          }
          key.id = *event % ${keys};
          key.operation = key.id % 4;
          *event += 1;
          operations.increment(key);
          return 0;
      }
`;
}

/**
 * Renames this thread so often that a program started before has `count` events; one and the same key always gets
 * the same command. Linux only: prctl(PR_SET_NAME), which fires the tracepoint task:task_rename.
 */
export function triggerEvents(count: number, keys: number): void {
  const PR_SET_NAME = 15;
  const libc = Deno.dlopen("libc.so.6", {
    prctl: { parameters: ["i32", "buffer", "u64", "u64", "u64"], result: "i32" },
  });
  const names = Array.from({ length: COMMANDS }, (_, number) => encodeName(`${MARK}${number}`));
  for (let event = 0; event < count; event++) {
    libc.symbols.prctl(PR_SET_NAME, names[(event % keys) % COMMANDS], 0n, 0n, 0n);
  }
  libc.symbols.prctl(PR_SET_NAME, encodeName("deno"), 0n, 0n, 0n);
  libc.close();
}

/** As the kernel's array of 16 bytes. */
function encodeName(name: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  new TextEncoder().encodeInto(name, bytes);
  return bytes;
}
