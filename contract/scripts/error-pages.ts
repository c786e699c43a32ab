import { COMMON_ERRORS, ERRORS, type ErrorCode } from '../src/errors.ts';
import type { Route } from '../src/respond.ts';

const END = '<!-- Above: made by `npm run gen`. Below: written by hand. -->';
const EMPTY = '## What happened\n\n\n## How to fix\n\n';
const SECTIONS = ['What happened', 'How to fix'];

/** Where the codes that no row of the route table lists come from. */
const ELSEWHERE: Partial<Record<ErrorCode, string>> = {
  route_not_found: 'paths that are no route',
  proxy_path_not_allowed: 'the sign-in proxy, `/__clerk/…`',
};

/**
 * The page of a code: its head made anew, the rest as it was written. Throws if `old` has lost the
 * line between the two, for what was written by hand must not be lost with it.
 */
export function errorPage(
  code: ErrorCode,
  routes: ReadonlyMap<string, Route>,
  old: string | null,
): string {
  const row = ERRORS[code];
  const written = old === null ? EMPTY : writtenPart(old);
  return `# ${row.title}

\`${code}\` · HTTP ${row.status} · ${row.retry ? 'the same call may succeed later' : 'the same call will fail again until something is changed'}

> ${row.message}

Answered by ${answeredBy(code, routes)}.

${END}

${written}`;
}

function writtenPart(page: string): string {
  const [, written] = page.split(END);
  if (written === undefined) throw new Error(`put back the line "${END}" above "What happened".`);
  return written.trimStart();
}

/** What answers a code: routes by name, any route, or a place outside the route table; or null. */
export function answererOf(
  code: ErrorCode,
  routes: ReadonlyMap<string, Route>,
): readonly Route[] | string | null {
  if ((COMMON_ERRORS as readonly string[]).includes(code)) return 'any route';
  const rows = [...routes.values()].filter((row) => row.errors.includes(code));
  return rows.length > 0 ? rows : (ELSEWHERE[code] ?? null);
}

function answeredBy(code: ErrorCode, routes: ReadonlyMap<string, Route>): string {
  const answerer = answererOf(code, routes);
  if (answerer === null) throw new Error(`no route answers it: delete its row in errors.ts.`);
  if (typeof answerer === 'string') return answerer;
  const shown = answerer.slice(0, 4).map((row) => `\`${row.method.toUpperCase()} ${row.path}\``);
  return answerer.length > shown.length
    ? `${shown.join(', ')} and ${answerer.length - shown.length} more`
    : shown.join(', ');
}

/** The first section of a page that is missing or has less than a sentence, or null. */
export function unfinished(page: string): string | null {
  for (const section of SECTIONS) {
    const text = page.split(`## ${section}\n`)[1]?.split('\n## ')[0]?.trim() ?? '';
    if (text.length < 20) return section;
  }
  return null;
}

/** Files among the pages that belong to no code. */
export function orphans(fileNames: readonly string[]): string[] {
  const pages = new Set(['README.md', ...Object.keys(ERRORS).map((code) => `${code}.md`)]);
  return fileNames.filter((name) => !pages.has(name));
}

/** The list of all codes, by status. */
export function errorIndex(): string {
  const rows = Object.entries(ERRORS)
    .toSorted(([a, { status: x }], [b, { status: y }]) => x - y || a.localeCompare(b, 'en'))
    .map(
      ([code, { status, title, retry }]) =>
        `| ${status} | [\`${code}\`](${code}.md) | ${title} | ${retry ? 'yes' : ''} |`,
    );
  return `<!-- Made by \`npm run gen\` from contract/src/errors.ts. -->

# Errors

Every error has the same body: \`error\` is a short title, \`message\` what to do, \`code\` a stable name
to branch on, \`docs\` the page of that code, \`requestId\` what to tell us. Some codes add fields.

\`\`\`json
{
  "error": "Unknown tier",
  "message": "Use the name of a tier of this environment; they are in \\"tiers\\".",
  "code": "tier_not_found",
  "docs": "https://…/docs/errors/tier_not_found",
  "requestId": "req_…",
  "tiers": ["free", "pro"]
}
\`\`\`

"Retry" says whether the same call may succeed later without being changed. Wait for \`Retry-After\` where
there is one, and keep the \`Idempotency-Key\`.

| Status | Code | Title | Retry |
|---|---|---|---|
${rows.join('\n')}
`;
}
