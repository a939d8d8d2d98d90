/** Runs the real program on a pseudo-terminal, by script(1) of util-linux. */

import { exporterCommand } from "./exporter_process.ts";

export interface Terminal extends AsyncDisposable {
  /** Everything that the terminal was given so far, with its control sequences. */
  screen(): string;
  /** Resolves when the screen has something that matches; rejects when the program ends before. */
  waitFor(pattern: RegExp): Promise<void>;
  /** Types on the keyboard; `\x03` is Ctrl-C, which the terminal turns into SIGINT for the whole foreground group. */
  type(text: string): Promise<void>;
  /** Resolves with the program's exit status. */
  readonly status: Promise<number>;
}

/** Starts the program as a shell on that terminal would. */
export function openTerminal(
  args: readonly string[],
  env: Record<string, string> = {},
): Terminal {
  const quoted = [...exporterCommand(), ...args].map((word) =>
    `'${word.replaceAll("'", `'\\''`)}'`
  );
  const child = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", `exec ${quoted.join(" ")}`, "/dev/null"],
    env: { ...env, SHELL: "/bin/sh", TERM: "xterm" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const keyboard = child.stdin.getWriter();
  let screen = "";
  let ended = false;
  let notify = () => {};
  let changed = new Promise<void>((resolve) => notify = resolve);
  const tell = () => {
    notify();
    changed = new Promise<void>((resolve) => notify = resolve);
  };
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      screen += text;
      tell();
    }
    ended = true;
    tell();
  })();
  const status = child.status.then(async ({ code }) => {
    await reading;
    await keyboard.close().catch(() => {}); // the terminal closed it
    return code;
  });
  let running = true;
  status.then(() => running = false);
  return {
    screen: () => screen,
    async waitFor(pattern) {
      while (!pattern.test(screen)) {
        if (ended) throw new Error(`the program ended without showing ${pattern}:\n${screen}`);
        await changed;
      }
    },
    type: (text) => keyboard.write(new TextEncoder().encode(text)),
    status,
    async [Symbol.asyncDispose]() {
      if (running) child.kill("SIGKILL");
      await status;
    },
  };
}
