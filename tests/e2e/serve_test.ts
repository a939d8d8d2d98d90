import assert from "node:assert/strict";
import { startExporter, temporaryFolder } from "./exporter_process.ts";

Deno.test("n system calls are counted as n", async () => {
  using folder = temporaryFolder();
  const calls = 1234;
  Deno.writeTextFileSync(
    `${folder.path}/calls.yaml`,
    `programs:
  - name: calls
    metrics:
      counters:
        - name: test_getppid_total
          help: Calls of getppid by this process
          table: calls
          labels:
            - { name: pid, decoders: [{ name: uint }] }
    raw_tracepoints:
      sys_enter: on_enter
    cflags: [-DTARGET=${Deno.pid}]
    code: |
      BPF_HASH(calls, u32);
      int on_enter(struct bpf_raw_tracepoint_args *ctx) {
          u32 pid = bpf_get_current_pid_tgid() >> 32;
          u64 number = ctx->args[1];
          if (pid == TARGET && number == ${Deno.build.arch === "x86_64" ? 110 : 173})
              calls.increment(pid);
          return 0;
      }
`,
  );
  await using exporter = await startExporter(["--config", `${folder.path}/calls.yaml`]);
  const libc = Deno.dlopen("libc.so.6", { getppid: { parameters: [], result: "i32" } });
  for (let call = 0; call < calls; call++) libc.symbols.getppid();
  libc.close();
  const metrics = await exporter.get("/metrics");
  assert.ok(
    metrics.includes(
      "# HELP ebpf_exporter_test_getppid_total Calls of getppid by this process\n" +
        "# TYPE ebpf_exporter_test_getppid_total counter\n" +
        `ebpf_exporter_test_getppid_total{pid="${Deno.pid}"} ${calls}\n`,
    ),
    metrics,
  );
  const { code, seconds } = await exporter.stop();
  assert.equal(code, 0);
  assert.ok(seconds < 2, `${seconds} s`);
});
