import { ERRORS } from '../src/errors.ts';
import type { Auth, Route } from '../src/respond.ts';
import { linked } from './doc-links.ts';

/** Stands for the address of the edge that answers the text. */
const EDGE = '{edge}';

/** What `/llms.txt` and `/llms-full.txt` answer, but for the address of the edge. */
export interface LlmsTexts {
  index: string;
  full: string;
}

/**
 * The docs for language models, as llmstxt.org proposes: what the product is and where the rest is; and
 * all of it in one text. `head` is what is written by hand, `start` the page that lists the guides, and
 * `pages` the texts themselves, by file name.
 */
export function llmsTexts(given: {
  head: string;
  start: string;
  pages: Readonly<Record<string, string>>;
  routes: ReadonlyMap<string, Route>;
}): LlmsTexts {
  const { head, start, pages, routes } = given;
  const lists = absolute('docs/index.md', start.slice(start.indexOf('\n## ')));
  const index = `${head.trim()}\n${lists.trimEnd()}
- [All of it as one text](${EDGE}/llms-full.txt): the guides, every call and every error.
`;
  const texts = Object.entries(pages).map(([name, page]) => absolute(name, page).trim());
  const full = [head.trim(), ...texts, callsText(routes), errorsText()].join('\n\n---\n\n');
  return { index, full: `${full}\n` };
}

const absolute = (name: string, page: string): string =>
  linked(name, page).markdown.replace(/\]\(\/docs\//g, `](${EDGE}/docs/`);

/** Calls of pages and servers. What only the dashboard asks is in OpenAPI. */
function callsText(routes: ReadonlyMap<string, Route>): string {
  const callers = new Set<Auth>(['pk', 'sk', 'user', 'session']);
  const rows = [...routes.values()]
    .filter(({ auth }) => auth.some((each) => callers.has(each)))
    .map((row) => {
      const names = [row.path, ...(row.aliases ?? [])].map((path) => `\`${path}\``).join(' = ');
      return `- ${row.method.toUpperCase()} ${names} (${row.auth.join(', ')}): ${row.summary}`;
    });
  return `# Every call of pages and servers

By whom: \`sk\` is the secret key, \`user\` the secret key with \`X-User-Id\`, \`pk\` the publishable key, \`session\` the
publishable key with the customer's access token. Bodies and answers: ${EDGE}/docs/openapi.json

${rows.join('\n')}`;
}

function errorsText(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { status, message }]) => `- \`${code}\` (${status}): ${message}`,
  );
  return `# Every error\n\n${rows.join('\n')}`;
}
