/** Finds tables that libbcc would make and this program would then not use: better refused than counted into nowhere. */

/** What is wrong, and where in the code: an offset into its text. */
export interface UnsupportedTable {
  readonly offset: number;
  readonly message: string;
}

const FORMS: readonly (readonly [RegExp, string])[] = [
  [/\bBPF_\w*PINNED\w*\s*\(/g, "pinned tables are not supported by this version"],
  [
    /\bBPF_TABLE\w*\s*\(\s*"extern"/g,
    "tables of another program are not supported by this version; define the table and its functions in one program",
  ],
];

/** Looks through C code, comments left out. */
export function findUnsupportedTables(code: string): UnsupportedTable[] {
  const blank = code.replace(
    /"(?:[^"\\\n]|\\.)*"|\/\*[^]*?\*\/|\/\/[^\n]*/g,
    (text) => text[0] === '"' ? text : text.replace(/[^\n]/g, " "),
  );
  return FORMS.flatMap(([form, message]) =>
    [...blank.matchAll(form)].map(({ index }) => ({ offset: index, message }))
  );
}
