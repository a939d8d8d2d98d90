/** Blanks the comments of TypeScript text for the other checks; it knows nothing of rooms or rules. */

/** What may stand before a `/` that opens a regular expression: anything that cannot end a value. */
const BEFORE_REGEXP =
  /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|void|await|yield))$/;

/**
 * The same text with each comment replaced by spaces of the same length (line breaks stay), so that
 * offsets and line numbers still hold. Strings, templates and regular expressions are left as they are.
 */
export function blankComments(text: string): string {
  const out: string[] = [];
  let position = 0;
  let kept = 0;
  /** Brace depths at which a `${` of a template was opened. */
  const templates: number[] = [];
  let depth = 0;
  const blank = (end: number) => {
    out.push(text.slice(kept, position), text.slice(position, end).replace(/[^\n]/g, " "));
    position = kept = end;
  };
  while (position < text.length) {
    const char = text[position];
    const next = text[position + 1];
    if (char === "/" && next === "/") {
      const end = text.indexOf("\n", position);
      blank(end < 0 ? text.length : end);
    } else if (char === "/" && next === "*") {
      const end = text.indexOf("*/", position + 2);
      blank(end < 0 ? text.length : end + 2);
    } else if (char === '"' || char === "'") {
      position = endOfQuoted(text, position, char);
    } else if (char === "`") {
      position = endOfTemplate(text, position + 1);
      if (text[position - 1] === "{") templates.push(depth++);
    } else if (char === "/" && BEFORE_REGEXP.test(text.slice(0, position).trimEnd().slice(-12))) {
      position = endOfRegExp(text, position);
    } else if (char === "{") {
      depth++;
      position++;
    } else if (char === "}") {
      depth--;
      position++;
      if (templates.at(-1) === depth) {
        templates.pop();
        position = endOfTemplate(text, position);
        if (text[position - 1] === "{") templates.push(depth++);
      }
    } else {
      position++;
    }
  }
  out.push(text.slice(kept));
  return out.join("");
}

/** The line (from 1) on which `offset` lies. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

function endOfQuoted(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote || text[at] === "\n") return at + 1;
  }
  return text.length;
}

/** Just after the closing backtick, or just after the `${` of the next substitution. */
function endOfTemplate(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "`") return at + 1;
    else if (text[at] === "$" && text[at + 1] === "{") return at + 2;
  }
  return text.length;
}

function endOfRegExp(text: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "[") inClass = true;
    else if (text[at] === "]") inClass = false;
    else if (text[at] === "/" && !inClass) return at + 1;
  }
  return start + 1;
}
