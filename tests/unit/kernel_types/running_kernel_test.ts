import assert from "node:assert/strict";
import { linuxNote, versionCode } from "../../../src/kernel_types/running_kernel.ts";

Deno.test("the version is the build's own, not the package's name", () => {
  const cases: [string, string, string | null, number][] = [
    ["6.18.44-fc", "#1 SMP PREEMPT_DYNAMIC", null, 0x06122c],
    ["5.10.0-32-amd64", "#1 SMP Debian 5.10.223-1 (2024-08-10)", null, 0x050adf],
    ["5.15.0-91-generic", "#101-Ubuntu SMP", "Ubuntu 5.15.0-91.101-generic 5.15.131\n", 0x050f83],
    ["4.19.325", "#1", null, 0x0413ff],
    ["7.3-rc1", "#1", null, 0x070300],
  ];
  for (const [release, version, signature, code] of cases) {
    assert.equal(versionCode(release, version, signature), code, release);
  }
  assert.throws(() => versionCode("custom", "", null), /release "custom" begins with no version/);
});

Deno.test("the note is found among others", () => {
  const note = (name: string, type: number, value: number): number[] => {
    const view = new DataView(new ArrayBuffer(24));
    [name.length + 1, 4, type].forEach((word, i) => view.setUint32(i * 4, word, true));
    new Uint8Array(view.buffer).set(new TextEncoder().encode(name), 12);
    view.setUint32(20, value, true);
    return [...new Uint8Array(view.buffer)];
  };
  const bytes = new Uint8Array([
    ...note("Linux", 256, 1),
    ...note("Other", 0, 2),
    ...note("Linux", 0, 0x06122c),
  ]);
  assert.equal(linuxNote(bytes), 0x06122c);
  assert.equal(linuxNote(bytes.subarray(0, 48)), null);
});
