/** Keeps `table.lookup_or_init(&key, &zero)` working where libbcc has dropped it. */

/**
 * Rewrites each call into the newer `lookup_or_try_init` with the old call's promise, that it never gives NULL: the
 * function returns 0 instead. Lines keep their numbers.
 */
export function rewriteLookupOrInit(code: string): string {
  const call = /\b([A-Za-z_]\w*)\s*\.\s*lookup_or_init\s*\(/g;
  let out = "";
  let copied = 0;
  for (const match of code.matchAll(call)) {
    const open = match.index + match[0].length;
    const close = findClosing(code, open);
    if (close < 0 || match.index < copied) continue;
    const table = match[1];
    out += code.slice(copied, match.index) +
      `({ __typeof__(${table}.leaf) *leaf__ = ${table}.lookup_or_try_init(${
        code.slice(open, close)
      }); ` +
      "if (!leaf__) return 0; leaf__; })";
    copied = close + 1;
  }
  return out + code.slice(copied);
}

/** The position of the parenthesis that closes the one before `from`; -1 where none does. */
function findClosing(code: string, from: number): number {
  let depth = 1;
  for (let at = from; at < code.length; at++) {
    if (code[at] === "(") depth++;
    else if (code[at] === ")" && --depth === 0) return at;
  }
  return -1;
}
