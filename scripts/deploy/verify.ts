import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { cdnFolder } from './parts.ts';

/** Where the parts of a deployment are. */
export interface Origins {
  edge: string;
  cdn: string;
  dashboard: string;
  content: string;
}

/** The first certificate of a domain takes minutes. */
const PATIENCE_MS = 5 * 60_000;
const BETWEEN_MS = 5_000;

/**
 * Asks each part until it answers as this build does: the edge that every binding works, the cdn with the
 * bytes that were built, the dashboard with a page that knows its edge, and the content host with nothing
 * but files. Calls `passed` after each; throws what the last answer lacked.
 */
export async function verify(
  origins: Origins,
  out: string,
  passed: (what: string) => void,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const checks: Record<string, () => Promise<string | null>> = {
    [`${origins.edge}/health`]: () => edgeFault(origins.edge),
    [`${origins.edge}/.well-known/jwks.json`]: async () =>
      (await publishedKeys(origins.edge)) === null ? 'publishes no keys' : null,
    [`${origins.cdn}/v1/dream.js`]: () => filesFault(origins.cdn, cdnFolder(out)),
    [`${origins.edge}/v1/dream.js`]: () => filesFault(origins.edge, cdnFolder(out)),
    [origins.dashboard]: () => dashboardFault(origins),
    [origins.content]: () => contentFault(origins.content),
  };
  for (const [what, check] of Object.entries(checks)) {
    await patiently(what, check, patienceMs);
    passed(what);
  }
}

async function patiently(
  what: string,
  check: () => Promise<string | null>,
  patienceMs: number,
): Promise<void> {
  const endMs = Date.now() + patienceMs;
  for (;;) {
    const fault = await check().catch((error: unknown) => (error as Error).message);
    if (fault === null) return;
    if (Date.now() >= endMs) throw new Error(`${what} ${fault}.`);
    await wait(Math.min(BETWEEN_MS, patienceMs));
  }
}

const get = (url: string) =>
  fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });

async function edgeFault(edge: string): Promise<string | null> {
  const answer = await get(`${edge}/health`);
  const { status, bindings = {} } = (await answer.json()) as {
    status?: string;
    bindings?: Record<string, string>;
  };
  if (status === 'ok') return null;
  const failed = Object.entries(bindings).filter(([, state]) => state !== 'ok');
  return `answers ${answer.status}, and fails at: ${failed.map(([name]) => name).join(', ') || 'all'}`;
}

/** The ids of the keys an edge publishes; null when it does not answer with a key. */
export async function publishedKeys(edge: string): Promise<string[] | null> {
  const answer = await get(`${edge}/.well-known/jwks.json`);
  if (!answer.ok) return null;
  const { keys } = (await answer.json()) as { keys?: { kid: string }[] };
  return keys?.length ? keys.map(({ kid }) => kid) : null;
}

async function filesFault(origin: string, folder: string): Promise<string | null> {
  const answer = await get(`${origin}/v1/dream.js`);
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const served = new Uint8Array(await answer.arrayBuffer());
  if (hash(served) !== hash(readFileSync(join(folder, 'v1/dream.js'))))
    return `answers ${answer.status} with other bytes than were built`;
  return answer.headers.get('access-control-allow-origin') === '*'
    ? null
    : 'lets no page of another origin load it';
}

async function dashboardFault({ dashboard, edge }: Origins): Promise<string | null> {
  const answer = await get(`${dashboard}/projects`);
  if (!(await answer.text()).includes(`content="${edge}"`))
    return `answers ${answer.status} without the page of this edge`;
  const policy = answer.headers.get('content-security-policy') ?? '';
  return policy.includes("default-src 'none'") ? null : 'has no content security policy';
}

async function contentFault(content: string): Promise<string | null> {
  const answer = await get(`${content}/health`);
  if (answer.status !== 404) return `answers ${answer.status} to what is no file`;
  const policy = answer.headers.get('content-security-policy') ?? '';
  return policy.startsWith('sandbox') ? null : 'has no sandbox policy';
}
