/** The other examples on this kernel: they start, and their numbers are those of what the test does. */

import assert from "node:assert/strict";
import { eventually, startExporter } from "./exporter_process.ts";
import { samples } from "./fill.ts";

const SYSTEM_CALL_NUMBER = Deno.build.arch === "x86_64" ? 111 : 155;

function callGetpgrp(times: number): void {
  // arm64 has only the newer call; neither is made by anything else in this process.
  const name = Deno.build.arch === "x86_64" ? "getpgrp" : "getpgid";
  const libc = Deno.dlopen("libc.so.6", {
    call: { name, parameters: ["i32"], result: "i32" },
  });
  for (let call = 0; call < times; call++) libc.symbols.call(0);
  libc.close();
}

Deno.test("example syscalls: n calls of this command are n", async () => {
  await using exporter = await startExporter(["--config", "syscalls"]);
  const command = Deno.readTextFileSync("/proc/thread-self/comm").trim();
  const series = `syscalls_total{command="${command}",number="${SYSTEM_CALL_NUMBER}"} `;
  const count = async () => {
    const lines = samples(await exporter.get("/metrics"), "syscalls_total");
    assert.ok(lines.length > 1, "the exporter itself makes more than one kind of system call");
    return Number(lines.find((line) => line.startsWith(series))?.slice(series.length) ?? 0);
  };
  callGetpgrp(1);
  const before = await count();
  callGetpgrp(4321);
  assert.equal(await count() - before, 4321);
});

Deno.test("example timers: functions of the kernel by name, in growing numbers", async () => {
  await using exporter = await startExporter(["--config", "timers"]);
  const starts = async () => samples(await exporter.get("/metrics"), "timer_starts_total");
  const count = (lines: string[], name: string) =>
    Number(lines.find((line) => line.includes(`"${name}"`))?.split(" ")[1] ?? 0);
  // A scrape is TCP: each answer starts the timer of its retransmission.
  const lines = await eventually("a scrape's own timer", async () => {
    const found = await starts();
    return count(found, "tcp_write_timer") > 0 ? found : undefined;
  });
  const later = await starts();
  assert.ok(count(later, "tcp_write_timer") > count(lines, "tcp_write_timer"), later.join("\n"));
  const kallsyms = new Set(
    Deno.readTextFileSync("/proc/kallsyms").split("\n").map((line) => line.split(/\s+/)[2]),
  );
  for (const line of lines) {
    const [, name, count] = line.match(/^timer_starts_total\{function="(.*)"\} (\d+)$/)!;
    assert.ok(kallsyms.has(name) || name.startsWith("unknown_addr:0x"), name);
    assert.ok(Number(count) > 0);
  }
});

Deno.test("example cachestat: pages that a command of its list makes dirty", async () => {
  await using exporter = await startExporter(["--config", "cachestat"]);
  const file = Deno.makeTempFileSync({ prefix: "ebpf_exporter_test_" });
  const pages = 256;
  try {
    // The name of the command decides: a shell that is called like one of the list writes the pages.
    const script = `printf rsyslogd >/proc/$$/comm; head() { while [ $i -lt ${pages} ]; do ` +
      `printf '%4096s' x; i=$((i + 1)); done; }; i=0; head >"$1"`;
    const { success, stderr } = new Deno.Command("dash", { args: ["-c", script, "dash", file] })
      .outputSync();
    assert.ok(success, new TextDecoder().decode(stderr));
    const metrics = await exporter.get("/metrics");
    const lines = samples(metrics, "page_cache_ops_total");
    assert.ok(lines.length > 0, "no page was counted");
    for (const line of lines) {
      assert.match(
        line,
        /^page_cache_ops_total\{command="(rsyslogd|syslog-ng|systemd-journal)",op="\w+"\} \d+$/,
      );
    }
    const dirtied = lines.find((line) =>
      line.includes(`{command="rsyslogd",op="account_page_dirtied"}`)
    );
    assert.ok(Number(dirtied?.split(" ")[1]) >= pages / 16, lines.join("\n"));
  } finally {
    Deno.removeSync(file);
  }
});
