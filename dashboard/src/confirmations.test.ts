import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const here = new URL('.', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, here), 'utf8');

/** What cannot be undone, besides everything that is a DELETE. */
const FOR_GOOD = [
  'drop',
  'rotateKey',
  'rotateWebhook',
  'refund',
  'cancel',
  'changeSubscription',
  'endSubscription',
  'suspend',
  'promote',
];

/** A customer who is signed out signs in again. */
const HARMLESS = new Set(['signOut']);

/** The calls of the API that delete something, by their names in the dashboard. */
function deletions(): string[] {
  const files = ['environment.ts', 'shop.ts', 'customers-api.ts', 'operations.ts'];
  return files.flatMap((file) => {
    const parts = read(file).split("'DELETE'").slice(0, -1);
    // Of a shared helper the type, and not the call, has the word.
    return parts
      .filter((part) => !part.endsWith('| '))
      .map((part) => [...part.matchAll(/^ +(\w+): \(/gm)].at(-1)?.[1] ?? '');
  });
}

/** The methods of every page, each from its head to its end. */
function methods(): { file: string; text: string }[] {
  const files = readdirSync(new URL('pages/', here), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) =>
      read(`pages/${file}`)
        .split(/^ {2}\};?$/m)
        .map((text) => ({ file, text })),
    );
}

it('asks before whatever cannot be undone, on every page', () => {
  const isAsked = (name: string) => !HARMLESS.has(name) && !name.startsWith('drop');
  const names = [...deletions().filter(isAsked), ...FOR_GOOD];
  const done = new Set<string>();
  const unasked: string[] = [];
  for (const { file, text } of methods())
    for (const [call, name = ''] of text.matchAll(new RegExp(`\\.(${names.join('|')})\\(`, 'g'))) {
      const before = text.slice(0, text.indexOf(call));
      // What promoting would do is only shown; `drop` is asked for by the page that both are made of.
      if (/dryRun/.test(text) || / drop\(\): /.test(before)) continue;
      done.add(name);
      if (!/await confirm(Telling)?\(/.test(before)) unasked.push(`${file}: ${name}`);
    }
  expect(unasked).toEqual([]);
  expect(names.filter((name) => !done.has(name))).toEqual([]);
});
