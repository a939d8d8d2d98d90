/** Work on the guest's empty disk in numbers that the caller knows; it knows nothing of who counts it. */

/** Nothing else in a guest uses this disk. */
export const DISK = "/dev/vda";

/** Runs a command to its end and returns what it printed; throws if it fails. */
export async function runCommand(path: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(path, { args, stdin: "null" })
    .output();
  const text = new TextDecoder();
  if (!success) throw new Error(`${path} ${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** Reads with as many requests as `count`: no page cache, one after the other, each elsewhere. */
export async function readDirect(sizeBytes: number, count: number): Promise<void> {
  await runCommand(
    "dd",
    `if=${DISK}`,
    "of=/dev/null",
    `bs=${sizeBytes}`,
    `count=${count}`,
    "iflag=direct",
  );
}

/** Writes zeros with as many requests as `count`. */
export async function writeDirect(sizeBytes: number, count: number): Promise<void> {
  await runCommand(
    "dd",
    "if=/dev/zero",
    `of=${DISK}`,
    `bs=${sizeBytes}`,
    `count=${count}`,
    "oflag=direct",
  );
}

/** Gives the first bytes of the disk back with one request; without force, it would first read what is there. */
export async function discard(sizeBytes: number): Promise<void> {
  await runCommand("blkdiscard", "--force", "--offset=0", `--length=${sizeBytes}`, DISK);
}

/** Has the disk write zeros by itself, with one request (`REQ_OP_WRITE_ZEROES`). */
export async function writeZeroes(sizeBytes: number): Promise<void> {
  await runCommand(
    "blkdiscard",
    "--force",
    "--zeroout",
    "--offset=0",
    `--length=${sizeBytes}`,
    DISK,
  );
}

/** Writes through the page cache, one page a call; `dd` is the program, by whatever name it has here. */
export async function writeBuffered(dd: string, pages: number): Promise<void> {
  await runCommand(dd, "if=/dev/zero", `of=${DISK}`, "bs=4096", `count=${pages}`);
}

/** Reads the disk's last pages through the page cache, one page a call: behind them nothing can be read ahead. */
export async function readBuffered(dd: string, pages: number): Promise<void> {
  const sectors = Number(Deno.readTextFileSync(`/sys/block/${DISK.slice("/dev/".length)}/size`));
  const skip = sectors * 512 / 4096 - pages;
  await runCommand(dd, `if=${DISK}`, "of=/dev/null", "bs=4096", `skip=${skip}`);
}
