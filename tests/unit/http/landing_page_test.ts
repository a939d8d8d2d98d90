import assert from "node:assert/strict";
import { buildLandingPage, escapeHtml, type LandingPage } from "../../../src/http/landing_page.ts";

const PAGE: LandingPage = {
  version: "ebpf_exporter 1.2.3",
  telemetryPath: "/metrics",
  programs: [
    {
      name: "bio",
      state: "running",
      alternative: "2 of 2",
      probes: [
        { kind: "tracepoint", name: "block:block_rq_issue", function: "issue", attached: true },
        {
          kind: "kprobe",
          name: "blk_account_io_done",
          function: "done",
          attached: false,
          reason: "no such function in kallsyms",
        },
      ],
    },
    { name: "broken", state: "failed", reason: "a.yaml:1:2: error: x\n  y", probes: [] },
    { name: "slow", state: "starting", probes: [] },
  ],
};

Deno.test("landing page: links, programs with their state, probes with their reason", () => {
  const html = buildLandingPage(PAGE);
  for (
    const part of [
      "<!DOCTYPE html>",
      '<a href="/metrics">Metrics</a>',
      "ebpf_exporter 1.2.3",
      "3 programs: 1 running, 1 starting, 1 failed",
      'bio <span class="state running">running</span>',
      "Alternative: 2 of 2",
      "<code>block:block_rq_issue</code></td><td>tracepoint</td><td><code>issue</code></td><td>yes",
      "no such function in kallsyms",
      '<pre class="bad">a.yaml:1:2: error: x\n  y</pre>',
    ]
  ) assert.ok(html.includes(part), part);
  assert.ok(!html.includes("Tables"));
});

Deno.test("landing page: the tables are linked where they are shown", () => {
  const html = buildLandingPage({ ...PAGE, tablesPath: "/tables" });
  assert.ok(html.includes('<a href="/tables">Tables</a>'));
});

Deno.test("landing page: no scripts and nothing from elsewhere", () => {
  const html = buildLandingPage(PAGE);
  assert.doesNotMatch(html, /<script|<link|<img|https?:|url\(|@import|\son\w+=/i);
  assert.match(html, /prefers-color-scheme: dark/);
});

Deno.test("landing page: every text is escaped", () => {
  const evil = `"><script>alert('&')</script>`;
  const html = buildLandingPage({
    version: evil,
    telemetryPath: `/${evil}`,
    tablesPath: evil,
    programs: [{
      name: evil,
      state: "failed",
      alternative: evil,
      reason: evil,
      probes: [{ kind: evil, name: evil, function: evil, attached: false, reason: evil }],
    }],
  });
  assert.ok(!html.includes("<script"));
  assert.equal(html.split(escapeHtml(evil)).length - 1, 10);
});

Deno.test("landing page: before there are programs", () => {
  assert.ok(buildLandingPage({ ...PAGE, programs: [] }).includes("No programs"));
});
