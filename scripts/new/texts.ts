const SECTIONS = {
  Context: 'What is the case, and why it asks for a choice.',
  Decision: 'One sentence.',
  Consequences: 'What is better now, and what it costs.',
  Alternatives: 'Those really considered, and why not.',
  'When to revisit': 'The fact that would change the answer.',
};

/** File name and text of the decision after those in `files`; `name` is in words with dashes. */
export function decisionFile(
  files: readonly string[],
  name: string,
): { file: string; text: string } {
  const taken = files.map((file) => Number(/^(\d{4})-/.exec(file)?.[1] ?? 0));
  const number = String(Math.max(0, ...taken) + 1).padStart(4, '0');
  const sections = Object.entries(SECTIONS).map(([title, hint]) => `## ${title}\n${hint}\n`);
  return { file: `${number}-${name}.md`, text: [`# ${titleOf(name)}\n`, ...sections].join('\n') };
}

/**
 * The error catalogue with one more row at its end, the code's words as its title.
 * Throws when the code is there already or the catalogue cannot be read.
 */
export function withErrorRow(catalogue: string, code: string): string {
  if (catalogue.includes(`\n  ${code}: row(`)) throw new Error(`${code} is in the catalogue.`);
  const end = catalogue.lastIndexOf('\n} ');
  if (end < 0) throw new Error('contract/src/errors.ts does not end its catalogue with "} ".');
  const row = `  ${code}: row(400, '${titleOf(code)}', 'Say what the caller has to do.'),`;
  return `${catalogue.slice(0, end)}\n${row}${catalogue.slice(end)}`;
}

function titleOf(name: string): string {
  const words = name.replaceAll(/[-_]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
