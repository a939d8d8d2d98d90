/** A real browser opens the page and follows its links, as a person does who has just started the exporter. */

import assert from "node:assert/strict";
import { openBlockDevice } from "./block_device.ts";
import { startExporter, temporaryFolder } from "./exporter_process.ts";

const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

function findBrowser(): string | undefined {
  const found = BROWSERS.find((name) =>
    new Deno.Command("which", { args: [name], stdout: "null" }).outputSync().success
  );
  if (found === undefined) {
    assert.notEqual(Deno.env.get("CI"), "true", "no Chromium; scripts/setup.sh --test installs it");
    console.warn("!!! LEFT OUT: no Chromium; scripts/setup.sh --test installs it");
  }
  return found;
}

/** The document of a page after the browser has loaded it, as HTML. */
async function loadPage(browser: string, url: string, screenshot?: string): Promise<string> {
  using profile = temporaryFolder();
  const { stdout, stderr, success } = await new Deno.Command(browser, {
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--user-data-dir=${profile.path}`,
      ...(screenshot === undefined
        ? ["--dump-dom"]
        : [`--screenshot=${screenshot}`, "--window-size=1000,800"]),
      url,
    ],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("in a browser: the page, its Metrics link, and numbers of a block device", async (t) => {
  const browser = findBrowser();
  if (browser === undefined) return;
  using device = openBlockDevice();
  await using exporter = await startExporter(["--config", "bio.yaml", "--debug"]);
  device.read(4096, 12);
  const page = await loadPage(browser, `${exporter.url}/`);

  await t.step("the page says what runs", () => {
    assert.match(page, /<title>eBPF Exporter<\/title>/);
    assert.match(page, /bio <span class="state running">running<\/span>/);
    assert.match(page, /block_rq_complete/);
  });
  await t.step("the Metrics link leads to numbers of the device", async () => {
    const link = page.match(/<a href="([^"]+)">Metrics<\/a>/)![1];
    const metrics = await loadPage(browser, new URL(link, exporter.url).href);
    const series =
      `ebpf_exporter_bio_latency_seconds_count{device="${device.name}",operation="read"} `;
    const line = metrics.split("\n").find((line) => line.startsWith(series));
    assert.equal(line, `${series}12`);
  });
  await t.step("the Tables link leads to its rows", async () => {
    const link = page.match(/<a href="([^"]+)">Tables<\/a>/)![1];
    const tables = await loadPage(browser, new URL(link, exporter.url).href);
    assert.ok(tables.includes(`([${device.name} read `), tables);
  });
  await t.step("the page is painted", async () => {
    using folder = temporaryFolder();
    const file = `${folder.path}/page.png`;
    await loadPage(browser, `${exporter.url}/`, file);
    const picture = Deno.readFileSync(file);
    assert.deepEqual([...picture.subarray(1, 4)], [..."PNG"].map((c) => c.charCodeAt(0)));
    assert.ok(picture.length > 5_000, `${picture.length} bytes are an empty page`);
    const copy = Deno.env.get("KEEP_SCREENSHOT");
    if (copy !== undefined) Deno.writeFileSync(copy, picture);
  });
});
