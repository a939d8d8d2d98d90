/** Takes the bare `denort` out of a program made by `deno compile`; it knows nothing of this project. */

/**
 * The bytes of the runtime that `deno compile` started from. Deno appends the program to its runtime
 * as data behind everything that the ELF header knows of, and the section headers come last there
 * (e_shoff + e_shnum × e_shentsize; System V ABI, "ELF Header", 64-bit little-endian layout).
 * Throws if `program` is no such file.
 */
export function extractDenort(program: Uint8Array): Uint8Array {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const [ELFCLASS64, ELFDATA2LSB] = [2, 1];
  if (
    program.length < 64 || view.getUint32(0) !== 0x7f454c46 || program[4] !== ELFCLASS64 ||
    program[5] !== ELFDATA2LSB
  ) {
    throw new Error("the file is no 64-bit little-endian ELF program");
  }
  const end = Number(view.getBigUint64(40, true)) + view.getUint16(58, true) *
      view.getUint16(60, true);
  if (end <= 64 || end >= program.length) {
    throw new Error(
      `the ELF file ends at byte ${end} of ${program.length}: nothing was appended to it, so it was not made by deno compile`,
    );
  }
  return program.subarray(0, end);
}

if (import.meta.main) {
  const [from, to] = Deno.args;
  if (from === undefined || to === undefined) {
    console.error("usage: extract_denort.ts COMPILED_PROGRAM OUTPUT");
    Deno.exit(2);
  }
  await Deno.writeFile(to, extractDenort(await Deno.readFile(from)), { mode: 0o755 });
}
