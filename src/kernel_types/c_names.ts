/**
 * Finds the names that a piece of C text uses and defines, by its tokens alone: it runs no preprocessor and
 * knows nothing of BTF.
 */

/** What a C text names. A name may be in several of the sets. */
export interface CNames {
  /** Every identifier, also those inside macros. */
  readonly used: ReadonlySet<string>;
  /** Tags that follow `struct`, `union` or `enum`. */
  readonly usedTags: ReadonlySet<string>;
  /** Tags whose body stands in the text. */
  readonly tags: ReadonlySet<string>;
  /** Ordinary names declared at file scope: typedefs, enumerators, functions, variables, BCC's tables. */
  readonly ordinary: ReadonlySet<string>;
  /** Names that the text `#define`s, but for those that it also `#undef`s: somebody else has them too. */
  readonly macros: ReadonlySet<string>;
  /** Names of included files, as written between `<>` or `""`. */
  readonly includes: ReadonlySet<string>;
}

const TOKEN = /[A-Za-z_]\w*|\.?\d(?:[eEpP][+-]|[\w.])*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\S/g;
const WORD = /^[A-Za-z_]/;

/** Reads a C text. Never throws: what it cannot make sense of, the compiler will speak about. */
export function cNames(text: string): CNames {
  const plain = withoutComments(text.replace(/\\\r?\n/g, " "));
  const names = {
    used: new Set<string>(),
    usedTags: new Set<string>(),
    tags: new Set<string>(),
    ordinary: new Set<string>(),
    macros: new Set<string>(),
    includes: new Set<string>(),
  };
  const undone = new Set<string>();
  const code = plain.replace(
    /^[ \t]*#[ \t]*(\w+)(.*)$/gm,
    (_line, directive: string, rest: string) => {
      if (directive === "include" || directive === "include_next") {
        const file = /^\s*[<"]([^>"]+)[>"]/.exec(rest);
        if (file !== null) names.includes.add(file[1]);
      } else if (directive === "define" || directive === "undef") {
        const macro = /^\s*(\w+)/.exec(rest);
        if (macro !== null) (directive === "define" ? names.macros : undone).add(macro[1]);
      }
      readUses(rest.match(TOKEN) ?? [], names.used, names.usedTags);
      return "";
    },
  );
  for (const name of undone) names.macros.delete(name);
  const tokens = code.match(TOKEN) ?? [];
  readUses(tokens, names.used, names.usedTags);
  readDefinitions(tokens, names);
  return names;
}

/** The text with each comment as one space; quotes keep what looks like a comment inside them. */
function withoutComments(text: string): string {
  return text.replace(
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[^]*?(?:\*\/|$)|\/\/[^\n]*/g,
    (piece) => piece[0] === "/" ? " " : piece,
  );
}

function readUses(tokens: readonly string[], used: Set<string>, usedTags: Set<string>): void {
  let previous = "";
  for (const token of tokens) {
    if (WORD.test(token)) {
      used.add(token);
      if (isTagWord(previous)) usedTags.add(token);
    }
    previous = token;
  }
}

function isTagWord(token: string): boolean {
  return token === "struct" || token === "union" || token === "enum";
}

interface Definitions {
  readonly tags: Set<string>;
  readonly ordinary: Set<string>;
}

/** Tags with a body anywhere, enumerators, and the names that declarations outside any braces introduce. */
function readDefinitions(tokens: readonly string[], names: Definitions): void {
  /** What each open brace belongs to. */
  const braces: ("enum" | "other")[] = [];
  let parentheses = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    const next = tokens[i + 1];
    const previous = tokens[i - 1];
    if (token === "{") {
      const tagged = isTagWord(tokens[i - 2]) && WORD.test(previous);
      if (tagged) names.tags.add(previous);
      const isEnum = previous === "enum" || (tagged && tokens[i - 2] === "enum");
      braces.push(isEnum ? "enum" : "other");
    } else if (token === "}") {
      braces.pop();
    } else if (token === "(") {
      parentheses++;
    } else if (token === ")") {
      parentheses = Math.max(0, parentheses - 1);
    } else if (WORD.test(token) && !isTagWord(previous)) {
      if (braces.at(-1) === "enum") {
        if (previous === "{" || previous === ",") names.ordinary.add(token);
      } else if (braces.length === 0 && parentheses === 0) {
        if (/^BPF_\w/.test(token) && next === "(") {
          const name = tableName(tokens, i);
          if (name !== null) names.ordinary.add(name);
        } else if (next === "(" && tokens[i + 2] === "*") {
          if (WORD.test(tokens[i + 3] ?? "")) names.ordinary.add(tokens[i + 3]);
        } else if (isDeclared(previous, next)) {
          names.ordinary.add(token);
        }
      }
    }
  }
}

/** A name after a type, `*` or a body's `}`, and before what ends or begins a declarator. */
function isDeclared(previous: string | undefined, next: string | undefined): boolean {
  if (previous === undefined || next === undefined || !/^[(=;[,]$/.test(next)) return false;
  return previous === "*" || previous === "}" || previous === "," || WORD.test(previous);
}

/**
 * The table's name in `BPF_HASH(name, …)`, `BPF_TABLE("hash", key, leaf, name, …)` and `BPF_QUEUESTACK("queue",
 * name, …)`; null if the macro at that place is none of these.
 */
function tableName(tokens: readonly string[], at: number): string | null {
  let i = at + 2;
  if (tokens[i]?.startsWith('"')) {
    const before = tokens[at].startsWith("BPF_QUEUESTACK") ? 1 : 3;
    for (let commas = 0; i < tokens.length && commas < before; i++) if (tokens[i] === ",") commas++;
  }
  return i < tokens.length && WORD.test(tokens[i]) ? tokens[i] : null;
}
