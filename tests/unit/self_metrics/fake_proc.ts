/** A `/proc` whose numbers are known. */

/** A `/proc` with what the process metrics are made of, and a hard name for the process. */
export async function withProc<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${directory}/self/fd`, { recursive: true });
    for (const fd of [0, 1, 2, 3]) await Deno.writeTextFile(`${directory}/self/fd/${fd}`, "");
    const fields = Array.from({ length: 50 }, (_, index) => String(index + 3));
    fields[0] = "S";
    fields[14 - 3] = "250";
    fields[15 - 3] = "51";
    fields[22 - 3] = "12345";
    await Deno.writeTextFile(`${directory}/self/stat`, `7 (a ) S 1 (b) ${fields.join(" ")}\n`);
    await Deno.writeTextFile(
      `${directory}/self/status`,
      "Name:\tx\nVmPeak:\t   9999 kB\nVmSize:\t   2048 kB\nVmRSS:\t   1024 kB\n",
    );
    await Deno.writeTextFile(
      `${directory}/self/limits`,
      "Limit                     Soft Limit           Hard Limit           Units\n" +
        "Max open files            1024                 524288               files\n" +
        "Max address space         unlimited            unlimited            bytes\n",
    );
    await Deno.writeTextFile(`${directory}/stat`, "cpu 1 2 3\nbtime 1700000000\n");
    return await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
