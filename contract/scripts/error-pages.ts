import { COMMON_ERRORS, ERRORS, type ErrorCode } from '../src/errors.ts';
import type { Route } from '../src/respond.ts';

const END = '<!-- Above: made by `npm run gen`. Below: written by hand. -->';
const EMPTY = '## What happened\n\n\n## How to fix\n\n';

/** The page of a code: its head made anew, the rest as it was written. */
export function errorPage(
  code: ErrorCode,
  routes: ReadonlyMap<string, Route>,
  old: string | null,
): string {
  const row = ERRORS[code];
  const written = old?.split(END)[1]?.trimStart() ?? EMPTY;
  return `# ${row.title}

\`${code}\` · HTTP ${row.status} · ${row.retry ? 'the same call may succeed later' : 'the same call will fail again until something is changed'}

> ${row.message}

Answered by ${answeredBy(code, routes)}.

${END}

${written}`;
}

function answeredBy(code: ErrorCode, routes: ReadonlyMap<string, Route>): string {
  if ((COMMON_ERRORS as readonly string[]).includes(code)) return 'any route';
  const rows = [...routes.values()].filter((row) => row.errors.includes(code));
  if (rows.length === 0) return 'paths that are no route';
  const shown = rows.slice(0, 4).map((row) => `\`${row.method.toUpperCase()} ${row.path}\``);
  return rows.length > shown.length
    ? `${shown.join(', ')} and ${rows.length - shown.length} more`
    : shown.join(', ');
}

/** What is missing on a page, or null. Each section wants at least a sentence. */
export function unfinished(page: string): string | null {
  for (const section of ['What happened', 'How to fix']) {
    const text = page.split(`## ${section}\n`)[1]?.split('\n## ')[0]?.trim() ?? '';
    if (text.length < 20) return section;
  }
  return null;
}
