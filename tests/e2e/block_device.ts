/** A loop device on a temporary file, and I/O of known sizes on it; it must know nothing of metrics. */

import assert from "node:assert/strict";

const SIZE_MIB = 16;

/** A block device that only its test uses; disposing of it takes it and its file away. */
export interface BlockDevice extends Disposable {
  /** As in `/dev`, e.g. `loop3`. */
  readonly name: string;
  /** As the kernel numbers it, e.g. `7:3`. */
  readonly number: string;
  /** Makes `count` requests of `sizeBytes` each, past the page cache. */
  read(sizeBytes: number, count: number): void;
  write(sizeBytes: number, count: number): void;
}

/** Sets a loop device up; needs root. */
export function openBlockDevice(): BlockDevice {
  const file = Deno.makeTempFileSync({ prefix: "ebpf_exporter_test_", suffix: ".img" });
  Deno.truncateSync(file, SIZE_MIB << 20);
  const path = run("losetup", "--find", "--show", file).trim();
  const name = path.replace("/dev/", "");
  return {
    name,
    number: Deno.readTextFileSync(`/sys/block/${name}/dev`).trim(),
    read: (sizeBytes, count) =>
      void run("dd", `if=${path}`, "of=/dev/null", ...sizes(sizeBytes, count), "iflag=direct"),
    write: (sizeBytes, count) =>
      void run("dd", "if=/dev/zero", `of=${path}`, ...sizes(sizeBytes, count), "oflag=direct"),
    [Symbol.dispose]() {
      run("losetup", "--detach", path);
      Deno.removeSync(file);
    },
  };
}

function sizes(sizeBytes: number, count: number): string[] {
  return [`bs=${sizeBytes}`, `count=${count}`, "status=none"];
}

function run(command: string, ...args: string[]): string {
  const { success, stdout, stderr } = new Deno.Command(command, { args }).outputSync();
  assert.ok(success, `${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
