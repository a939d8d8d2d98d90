/** The example configurations: files beside the source, embedded in the compiled binary. */

const FOLDER = new URL("../../examples/", import.meta.url);

/** What runs when no configuration is named. */
export const DEFAULT_EXAMPLE = "bio";

/** Names without `.yaml`, in order. */
export function listExamples(): string[] {
  return [...Deno.readDirSync(FOLDER)]
    .filter(({ name, isFile }) => isFile && name.endsWith(".yaml"))
    .map(({ name }) => name.slice(0, -".yaml".length)).sort();
}

/** The text of an example named with or without `.yaml`; undefined when there is none. */
export function readExample(name: string): { file: string; text: string } | undefined {
  const stem = name.replace(/\.ya?ml$/, "");
  if (!listExamples().includes(stem)) return undefined;
  return {
    file: `examples/${stem}.yaml`,
    text: Deno.readTextFileSync(new URL(`${stem}.yaml`, FOLDER)),
  };
}
