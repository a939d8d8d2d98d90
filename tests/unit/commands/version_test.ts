import assert from "node:assert/strict";
import { buildVersionText, readBuildInfo } from "../../../src/commands/version.ts";

Deno.test("version: the first line begins as the original's", () => {
  const text = buildVersionText({
    version: "1.2.3",
    denoVersion: "2.9.6",
    platform: "x86_64-unknown-linux-gnu",
  });
  assert.equal(
    text,
    "ebpf_exporter, version 1.2.3\n" +
      "  deno version:     2.9.6\n  platform:         x86_64-unknown-linux-gnu\n",
  );
});

Deno.test("version: this build's is a version", () => {
  const info = readBuildInfo();
  assert.match(info.version, /^\d+\.\d+\.\d+/);
  assert.ok(buildVersionText(info).startsWith(`ebpf_exporter, version ${info.version}\n`));
});
