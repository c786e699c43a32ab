import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from './steps.ts';

/** The steps whose file or package script exists in the checkout at `root`. */
export function existingSteps(steps: readonly Step[], root: string): Step[] {
  return steps.filter(({ when, folder }) => {
    if (!when) return true;
    if ('file' in when) return existsSync(join(root, when.file));
    return packageScripts(join(root, folder)).includes(when.script);
  });
}

/** Names of the scripts in a folder's package.json; none when there is no such file. */
export function packageScripts(folder: string): string[] {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return [];
  const manifest: { scripts?: Record<string, string> } = JSON.parse(readFileSync(path, 'utf8'));
  return Object.keys(manifest.scripts ?? {});
}

/**
 * The steps that `wanted` accepts and, before them, those that they need.
 * The order of the table is kept.
 */
export function withNeeds(steps: readonly Step[], wanted: (step: Step) => boolean): Step[] {
  const names = new Set(steps.filter(wanted).map((step) => step.name));
  for (const name of names) {
    // A Set visits what is added during the walk, so this reaches the needs of needs.
    for (const need of steps.find((step) => step.name === name)?.after ?? []) names.add(need);
  }
  return steps.filter((step) => names.has(step.name));
}

/** Whether `--only <asked>` means this step: by its whole name, or by its first words. */
export function isMeant(step: Step, asked: string): boolean {
  return step.name === asked || step.name.startsWith(`${asked} `);
}
