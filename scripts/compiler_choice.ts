/**
 * Chooses which Deno makes the executable: `deno compile` needs the `denort` of exactly its own
 * version, which it downloads from Deno's own host. It knows nothing of what is compiled.
 */

import { dirname, join } from "node:path";

/** A Deno that can compile here. */
export interface Compiler {
  /** The executable of Deno. */
  readonly deno: string;
  /** What DENORT_BIN has to name; undefined if Deno finds its `denort` by itself. */
  readonly denort?: string;
  readonly version: string;
  /** Why this one, for the log. */
  readonly reason: string;
}

/** What the choice depends on, beside the arguments; tests give their own. */
export interface Surroundings {
  /** The Deno that runs now. */
  readonly deno: string;
  env(name: string): string | undefined;
  isExecutable(path: string): Promise<boolean>;
  /** The version of a Deno executable. */
  versionOf(deno: string): Promise<string>;
  reachesDenoHost(): Promise<boolean>;
}

/** Where `scripts/setup.sh --test` puts a Deno and its `denort`, below the project's cache. */
const CACHED_FOLDER = "deno-2.6.10";

/**
 * In this order: the `denort` that DENORT_BIN names, with the Deno beside it if there is one; the Deno
 * that runs now, if it can download its `denort`; the pair in the cache. Throws with the remedy if
 * there is none of these, or if a pair cannot compile for `target`.
 */
export async function chooseCompiler(
  options: { readonly target?: string },
  surroundings: Surroundings = thisMachine,
): Promise<Compiler> {
  const { deno, env, isExecutable, versionOf } = surroundings;
  const choose = async (deno: string, denort: string | undefined, reason: string) => {
    const version = await versionOf(deno);
    return { deno, version, reason, ...(denort === undefined ? {} : { denort }) };
  };
  const named = env("DENORT_BIN");
  if (named) {
    if (!await isExecutable(named)) {
      throw new Error(`DENORT_BIN names "${named}", which is no executable file`);
    }
    const beside = join(dirname(named), "deno");
    return await choose(await isExecutable(beside) ? beside : deno, named, `denort: ${named}`);
  }
  if (await surroundings.reachesDenoHost()) return await choose(deno, undefined, "the running one");
  const cached = join(cacheFolder(env), CACHED_FOLDER);
  const pair = { deno: join(cached, "deno"), denort: join(cached, "denort") };
  if (!await isExecutable(pair.deno) || !await isExecutable(pair.denort)) {
    throw new Error(
      "no denort: Deno's host cannot be reached; run scripts/setup.sh --test, which gets one " +
        "elsewhere, or set DENORT_BIN",
    );
  }
  if (options.target !== undefined && options.target !== Deno.build.target) {
    throw new Error(
      `cannot compile for "${options.target}": Deno's host cannot be reached, and ` +
        `"${pair.denort}" is for "${Deno.build.target}"; set DENORT_BIN to one for that target`,
    );
  }
  return await choose(
    pair.deno,
    pair.denort,
    `Deno's host is out of reach; denort: ${pair.denort}`,
  );
}

function cacheFolder(env: Surroundings["env"]): string {
  return env("EBPF_EXPORTER_CACHE") ??
    join(env("XDG_CACHE_HOME") ?? join(env("HOME") ?? "/nonexistent", ".cache"), "ebpf_exporter");
}

const thisMachine: Surroundings = {
  deno: Deno.execPath(),
  env: (name) => Deno.env.get(name),
  isExecutable: async (path) => {
    const file = await Deno.stat(path).catch(() => undefined);
    return file !== undefined && file.isFile && ((file.mode ?? 0) & 0o111) !== 0;
  },
  versionOf: async (deno) => {
    if (deno === Deno.execPath()) return Deno.version.deno;
    const { stdout } = await new Deno.Command(deno, { args: ["--version"] }).output();
    return /^deno (\S+)/.exec(new TextDecoder().decode(stdout))?.[1] ?? "of unknown version";
  },
  reachesDenoHost: async () => {
    try {
      const signal = AbortSignal.timeout(5000);
      const answer = await fetch("https://dl.deno.land/release-latest.txt", { signal });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    }
  },
};
