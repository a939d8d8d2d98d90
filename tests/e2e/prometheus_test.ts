/** A real Prometheus and its linter read what the exporter serves. */

import assert from "node:assert/strict";
import { isInstalled } from "../installed.ts";
import { assertPromtoolContent } from "../promtool.ts";
import { openBlockDevice } from "./block_device.ts";
import { eventually, startExporter, temporaryFolder } from "./exporter_process.ts";
import { startWithConfig, triggerFill } from "./fill.ts";
import { configYaml } from "./fill.ts";

Deno.test("promtool has nothing to say about /metrics", async () => {
  if (!isInstalled("promtool")) return;
  using device = openBlockDevice();
  await using exporter = await startExporter(["--config", "bio", "--config", "syscalls"]);
  device.read(4096, 3);
  await assertPromtoolContent(await exporter.get("/metrics"));
});

interface Sample {
  readonly metric: Record<string, string>;
  readonly value: [number, string];
}

/** A Prometheus that scrapes one address each second into a folder that is gone with it. */
interface PrometheusProcess extends AsyncDisposable {
  query(expression: string): Promise<Sample[]>;
}

function startPrometheus(target: string): PrometheusProcess {
  const folder = temporaryFolder();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  Deno.writeTextFileSync(
    `${folder.path}/prometheus.yml`,
    `global: { scrape_interval: 1s }
scrape_configs:
  - job_name: ebpf
    static_configs: [{ targets: ["${target}"] }]
`,
  );
  const child = new Deno.Command("prometheus", {
    args: [
      `--config.file=${folder.path}/prometheus.yml`,
      `--storage.tsdb.path=${folder.path}/data`,
      `--web.listen-address=${address}`,
      "--log.level=error",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    async query(expression) {
      const url = `http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`;
      const response = await fetch(url).catch(() => undefined);
      if (!response?.ok) {
        await response?.body?.cancel();
        return [];
      }
      const { data } = await response.json();
      return data.result;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      folder[Symbol.dispose]();
    },
  };
}

const counted = configYaml({
  name: "calls",
  metrics: "counters: [{ name: calls_total, help: Calls, table: calls }]",
  tables: "BPF_ARRAY(calls, u64, 1);",
  fill: "calls.increment(0);",
});

Deno.test("a Prometheus scrapes it and answers rate and histogram_quantile", async (t) => {
  if (!isInstalled("prometheus")) return;
  using folder = temporaryFolder();
  using device = openBlockDevice();
  Deno.writeTextFileSync(`${folder.path}/calls.yaml`, counted);
  await using exporter = await startExporter([
    ...["--config", "bio", "--config", `${folder.path}/calls.yaml`],
  ]);
  await using prometheus = startPrometheus(new URL(exporter.url).host);
  /** Keeps work going until the query has an answer that is good. */
  const answer = (expression: string, isGood: (value: number, sample: Sample) => boolean) =>
    eventually(`Prometheus answers ${expression}`, async () => {
      triggerFill(50);
      device.read(4096, 5);
      device.write(65536, 5);
      const samples = await prometheus.query(expression);
      return samples.find((sample) => isGood(Number(sample.value[1]), sample));
    });

  await t.step("the target is up", async () => {
    await answer('up{job="ebpf"}', (value) => value === 1);
  });
  await t.step("rate of a counter", async () => {
    await answer("rate(ebpf_exporter_calls_total[10s])", (value) => value > 1);
  });
  await t.step("histogram_quantile of the size: 64 KiB writes, 4 KiB reads", async () => {
    const quantile = (operation: string) =>
      `histogram_quantile(0.9, sum by (le) (rate(ebpf_exporter_bio_size_bytes_bucket{` +
      `device="${device.name}",operation="${operation}"}[10s])))`;
    await answer(quantile("write"), (value) => value > 65536 && value <= 131072);
    await answer(quantile("read"), (value) => value > 4096 && value <= 8192);
  });
  await t.step("histogram_quantile of the latency is some fraction of a second", async () => {
    await answer(
      `histogram_quantile(0.99, sum by (le, device) (rate(ebpf_exporter_bio_latency_seconds_bucket[10s])))`,
      (value, { metric }) => metric.device === device.name && value > 0 && value < 60,
    );
  });
  await t.step("every sample was taken in: none is a duplicate or out of order", async () => {
    await answer('scrape_samples_scraped{job="ebpf"}', (value) => value > 50);
    const [scraped] = await prometheus.query('scrape_samples_scraped{job="ebpf"}');
    const [kept] = await prometheus.query('scrape_samples_post_metric_relabeling{job="ebpf"}');
    assert.equal(scraped.value[1], kept.value[1]);
  });
});

Deno.test("counts go on from one scrape to the next, as a counter's must", async () => {
  await using exporter = await startWithConfig(counted);
  let before = -1;
  for (let scrape = 0; scrape < 10; scrape++) {
    triggerFill(scrape);
    const [, value] = (await exporter.get("/metrics")).match(/^ebpf_exporter_calls_total (\d+)$/m)!;
    assert.equal(Number(value), Math.max(before, 0) + scrape);
    before = Number(value);
  }
});
