/** What a plain YAML scalar means as a number or a truth value; it must not know which is wanted. */

const INTEGER = /^[-+]?(?:0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*)$/;
const DECIMAL = /^[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?$/;

/**
 * The number that a plain scalar stands for, NaN for what is no number. Both YAML 1.1 (which the
 * original reads) and 1.2 are understood: `0x10`, `0b11`, `0o17`, `017` (octal), `1_000`, `1e-6`, `.inf`.
 */
export function parseNumber(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[-+]/, "").replaceAll("_", "");
  if (INTEGER.test(text)) {
    if (/^0[0-7]+$/.test(digits)) return sign * Number.parseInt(digits, 8);
    return sign * Number(digits);
  }
  if (DECIMAL.test(text)) return sign * Number(digits);
  if (/^\.(?:inf|Inf|INF)$/.test(digits)) return sign * Infinity;
  return NaN;
}

/** The truth value that a plain scalar stands for in YAML 1.1, undefined for what is none. */
export function parseTruth(text: string): boolean | undefined {
  if (/^(?:true|True|TRUE|yes|Yes|YES|on|On|ON|y|Y)$/.test(text)) return true;
  if (/^(?:false|False|FALSE|no|No|NO|off|Off|OFF|n|N)$/.test(text)) return false;
  return undefined;
}
