/** The page at `/`: what runs, what does not, and why; one HTML document without scripts or outside
 * resources. It knows nothing of eBPF beyond the words that it shows. */

export type ProgramState = "starting" | "running" | "failed";

export interface PageProbe {
  readonly kind: string;
  readonly name: string;
  readonly function: string;
  readonly attached: boolean;
  /** Why it is not attached. */
  readonly reason?: string;
}

export interface PageProgram {
  readonly name: string;
  readonly state: ProgramState;
  /** Which of several alternatives runs, in words: `2 of 3`. */
  readonly alternative?: string;
  /** Why the program failed; may have many lines. */
  readonly reason?: string;
  readonly probes: readonly PageProbe[];
}

export interface LandingPage {
  readonly version: string;
  readonly telemetryPath: string;
  /** The path of the raw tables, if they are shown. */
  readonly tablesPath?: string;
  readonly programs: readonly PageProgram[];
}

/** Builds the whole document; every text of `page` is escaped. */
export function buildLandingPage(page: LandingPage): string {
  const links = [`<a href="${escapeHtml(page.telemetryPath)}">Metrics</a>`];
  if (page.tablesPath !== undefined) {
    links.push(`<a href="${escapeHtml(page.tablesPath)}">Tables</a>`);
  }
  const programs = page.programs.length === 0
    ? `<p class="note">No programs yet.</p>`
    : page.programs.map(programSection).join("\n");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>eBPF Exporter</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>eBPF Exporter</h1>
<span class="note">${escapeHtml(page.version)}</span>
<nav>${links.join("")}</nav>
</header>
<main>
<p class="note">${summary(page.programs)}</p>
${programs}
</main>
</body>
</html>
`;
}

/** Escapes text for an element's content and for a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function summary(programs: readonly PageProgram[]): string {
  const parts = (["running", "starting", "failed"] as const).flatMap((state) => {
    const count = programs.filter((program) => program.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  if (parts.length === 0) return "Programs appear here when the config is loaded.";
  return `${programs.length === 1 ? "1 program" : `${programs.length} programs`}: ${
    parts.join(", ")
  }`;
}

function programSection(program: PageProgram): string {
  const parts = [
    `<h2>${
      escapeHtml(program.name)
    } <span class="state ${program.state}">${program.state}</span></h2>`,
  ];
  if (program.alternative !== undefined) {
    parts.push(`<p class="note">Alternative: ${escapeHtml(program.alternative)}</p>`);
  }
  if (program.reason !== undefined) {
    const tone = program.state === "failed" ? ' class="bad"' : "";
    parts.push(`<pre${tone}>${escapeHtml(program.reason)}</pre>`);
  }
  if (program.probes.length > 0) {
    parts.push(
      `<div class="scroll"><table>
<thead><tr><th scope="col">Probe</th><th scope="col">Kind</th><th scope="col">Function</th><th scope="col">Attached</th></tr></thead>
<tbody>
${program.probes.map(probeRow).join("\n")}
</tbody>
</table></div>`,
    );
  }
  return `<section>\n${parts.join("\n")}\n</section>`;
}

function probeRow({ kind, name, function: target, attached, reason }: PageProbe): string {
  const cells = [
    `<code>${escapeHtml(name)}</code>`,
    escapeHtml(kind),
    `<code>${escapeHtml(target)}</code>`,
    attached ? "yes" : `<span class="missing">no</span>`,
  ];
  const row = `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  if (attached || reason === undefined) return row;
  return `${row}\n<tr class="why"><td colspan="4">${escapeHtml(reason)}</td></tr>`;
}

const STYLE = `
:root {
  --ink: #1c2430; --soft: #5b6675; --ground: #f5f6f8; --card: #fff; --line: #dde1e7;
  --link: #0b5cad; --good: #146c3a; --good-ground: #dff3e6; --bad: #a3200f; --bad-ground: #fce5e1;
  --wait: #76540a; --wait-ground: #faf0d2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e3e7ed; --soft: #98a3b3; --ground: #14181e; --card: #1c222a; --line: #303944;
    --link: #7ab8ff; --good: #86dba6; --good-ground: #17392a; --bad: #ff9d8d; --bad-ground: #43201b;
    --wait: #ecc976; --wait-ground: #3b3118;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem; color: var(--ink);
  background: var(--ground); font: 16px/1.5 system-ui, sans-serif;
}
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; }
h1 { margin: 0; font-size: 1.6rem; }
nav { display: flex; gap: 1.25rem; margin-left: auto; }
a { color: var(--link); font-weight: 600; }
section {
  margin: 1rem 0; padding: 1rem 1.25rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .5rem;
}
h2 { display: flex; align-items: center; gap: .6rem; margin: 0; font-size: 1.1rem; }
.note { margin: .5rem 0; color: var(--soft); font-size: .9rem; }
header .note { margin: 0; }
.state { padding: .05rem .6rem; border-radius: 1rem; font-size: .8rem; font-weight: 600; }
.running { color: var(--good); background: var(--good-ground); }
.starting { color: var(--wait); background: var(--wait-ground); }
.failed { color: var(--bad); background: var(--bad-ground); }
pre {
  margin: .75rem 0; padding: .75rem; overflow: auto; max-height: 24rem; background: var(--ground);
  border-left: 3px solid var(--line); color: var(--soft); font-size: .85rem; line-height: 1.45;
  white-space: pre-wrap;
}
pre.bad { border-left-color: var(--bad); color: inherit; }
.scroll { overflow-x: auto; }
table { width: 100%; margin-top: .5rem; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .35rem 1rem .35rem 0; text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
td { border-top: 1px solid var(--line); }
.missing { color: var(--bad); font-weight: 600; }
.why td { padding-top: 0; border-top: 0; color: var(--soft); overflow-wrap: anywhere; }
code { font-family: ui-monospace, monospace; font-size: .88em; }
section > :last-child { margin-bottom: 0; }
`;
