/** The reference files beside the repository, for tests that compare with them. */

const folder = new URL("../../shared/reference/", import.meta.url);

/** The file's text; undefined, told loudly, where the folder is missing. Throws for that on CI. */
export function readReference(name: string): string | undefined {
  try {
    return Deno.readTextFileSync(new URL(name, folder));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) || Deno.env.get("CI") === "true") throw error;
    console.error(
      `LEFT OUT: there is no ${name} in ${folder.pathname}, nothing is compared with it`,
    );
    return undefined;
  }
}
