/** System calls in a number that the caller knows, from this very process. */

/** Calls getppid(2), which nothing else here does and which costs next to nothing. */
export function callGetppid(times: number): void {
  const libc = Deno.dlopen("libc.so.6", { getppid: { parameters: [], result: "i32" } });
  for (let call = 0; call < times; call++) libc.symbols.getppid();
  libc.close();
}
