/** Keeps `table.lookup_or_init(&key, &zero)` working where libbcc has dropped it. */

/**
 * Rewrites each call into the newer `lookup_or_try_init` with the old call's promise, that it never gives NULL: the
 * function returns 0 instead, as libbcc's own rewriting did. Lines keep their numbers.
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
    const inner = rewriteLookupOrInit(code.slice(open, close));
    out += code.slice(copied, match.index) +
      `({ __typeof__(${table}.leaf) *leaf__ = ${table}.lookup_or_try_init(${inner}); ` +
      "if (!leaf__) return 0; leaf__; })";
    copied = close + 1;
  }
  return out + code.slice(copied);
}

/** A string or character constant, a comment, or a parenthesis: what decides where a call ends. */
const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\*[^]*?\*\/|\/\/[^\n]*|[()]/g;

/** The position of the parenthesis that closes the one before `from`; -1 where none does. */
function findClosing(code: string, from: number): number {
  let depth = 1;
  TOKEN.lastIndex = from;
  for (let token = TOKEN.exec(code); token !== null; token = TOKEN.exec(code)) {
    if (token[0] === "(") depth++;
    else if (token[0] === ")" && --depth === 0) return token.index;
  }
  return -1;
}
