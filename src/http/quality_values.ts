/**
 * Reads the lists that content negotiation is made of (RFC 9110, 12.4.2 and 12.5); knows no media
 * type and no coding by name.
 */

/** One element of `Accept` or `Accept-Encoding`. */
export interface QualityValue {
  /** Lower case, without parameters: `text/plain`, `gzip`, `*`. */
  readonly value: string;
  /** Parameters but `q`; names in lower case, values without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 (not acceptable) to 1. */
  readonly quality: number;
}

/**
 * Parses a header's text. An element that breaks the grammar of its `q` is left out, the others
 * stand: a client that is half understood is still answered.
 */
export function parseQualityValues(header: string): QualityValue[] {
  const parsed: QualityValue[] = [];
  for (const element of splitOutsideQuotes(header, ",")) {
    const [head, ...rest] = splitOutsideQuotes(element, ";");
    const value = head.trim().toLowerCase();
    if (value === "") continue;
    const parameters = new Map<string, string>();
    let quality = 1;
    for (const parameter of rest) {
      const equals = parameter.indexOf("=");
      if (equals < 0) continue;
      const name = parameter.slice(0, equals).trim().toLowerCase();
      const text = unquote(parameter.slice(equals + 1).trim());
      if (name === "q") quality = QUALITY.test(text) ? Number(text) : NaN;
      else parameters.set(name, text);
    }
    if (!Number.isNaN(quality)) parsed.push({ value, parameters, quality });
  }
  return parsed;
}

/** RFC 9110, 12.4.2: at most three digits after the point. */
const QUALITY = /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/;

function splitOutsideQuotes(text: string, separator: "," | ";"): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted && character === "\\") at++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(.)/g, "$1");
}
