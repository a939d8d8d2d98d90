/** Shows on a terminal what a start is waiting for; anywhere else it shows nothing. */

export interface Progress {
  /** A program's compilation begins; call the result when it has ended. */
  begin(program: string): () => void;
  /** Removes what is shown, so that something else can be written. */
  clear(): void;
}

const encoder = new TextEncoder();
const CLEAR_LINE = "\r\x1b[K";

/** `total` is how many programs there are. */
export function openProgress(total: number): Progress {
  if (!Deno.stderr.isTerminal()) return { begin: () => () => {}, clear() {} };
  const running: string[] = [];
  let finished = 0;
  const write = (text: string) => Deno.stderr.writeSync(encoder.encode(text));
  const show = () => {
    const names = running.join(", ");
    write(
      running.length > 0
        ? `${CLEAR_LINE}compiling ${finished + 1}/${total}: ${names} …`
        : CLEAR_LINE,
    );
  };
  return {
    begin(program) {
      running.push(program);
      show();
      return () => {
        running.splice(running.indexOf(program), 1);
        finished = Math.min(finished + 1, total - 1);
        show();
      };
    },
    clear: () => write(CLEAR_LINE),
  };
}
