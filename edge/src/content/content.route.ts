import { MODES } from '@dream/contract/primitives';
import type { Hono } from 'hono';
import { isOurProjectId } from '../auth/keys.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../http/call.ts';
import { Fail } from '../http/fail.ts';
import { CONTENT_TYPE, isFileName, prefixOf } from './address.ts';
import { readFile } from './files.client.ts';

/** What tenants uploaded, on the content domain. A name stands for the same bytes for ever. */
export function contentRoutes(app: Hono<AppEnv>, deps: Deps): void {
  app.get('/content/:project/:mode/:file', async (c) => {
    const { project: projectId, file } = c.req.param();
    const mode = MODES.find((known) => known === c.req.param('mode'));
    if (!mode || !isFileName(file) || !(await isOurProjectId(projectId, deps.tagKey)))
      throw new Fail('route_not_found');
    const key = prefixOf({ projectId, mode }) + file;
    const etag = `"${file}"`;
    const isKnown = isAmong(c.req.header('if-none-match'), etag);
    const isAsked = !isKnown && c.req.method !== 'HEAD';
    const found = await readFile(deps.files, key, isAsked);
    if (!found) throw new Fail('route_not_found');
    c.header('Cache-Control', 'public, max-age=31536000, immutable');
    c.header('ETag', etag);
    c.header('Cross-Origin-Resource-Policy', 'cross-origin');
    if (isKnown) return c.body(null, 304);
    c.header('Content-Type', CONTENT_TYPE);
    c.header('Content-Length', String(found.size));
    c.header('Content-Disposition', 'inline');
    return found.body ? c.body(found.body) : c.body(null);
  });
}

/** Whether a caller has the file already, by its `If-None-Match`. */
function isAmong(header: string | undefined, etag: string): boolean {
  const known = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return known.includes(etag) || known.includes('*');
}
