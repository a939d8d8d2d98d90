import assert from "node:assert/strict";
import { kernelVersionCode, parseKernelRelease } from "../../../src/kernel/kernel_release.ts";

Deno.test("releases of distributions", () => {
  assert.deepEqual(parseKernelRelease("6.1.0-18-amd64"), [6, 1, 0]);
  assert.deepEqual(parseKernelRelease("5.10.234+"), [5, 10, 234]);
  assert.deepEqual(parseKernelRelease("7.3-rc1"), [7, 3, 0]);
  assert.deepEqual(parseKernelRelease("strange"), [0, 0, 0]);
});

Deno.test("LINUX_VERSION_CODE is the true version where the release hides it", () => {
  const code = (major: number, minor: number, patch: number) =>
    (major << 16) + (minor << 8) + patch;
  assert.equal(kernelVersionCode("6.18.44-fc", "Linux version 6.18.44-fc", ""), code(6, 18, 44));
  assert.equal(
    kernelVersionCode(
      "6.1.0-18-amd64",
      "… #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)",
      "",
    ),
    code(6, 1, 76),
  );
  assert.equal(
    kernelVersionCode(
      "5.15.0-91-generic",
      "Linux version",
      "Ubuntu 5.15.0-91.101-generic 5.15.131\n",
    ),
    code(5, 15, 131),
  );
  assert.equal(kernelVersionCode("4.14.336", "", ""), code(4, 14, 255), "a patch level above 255");
});
