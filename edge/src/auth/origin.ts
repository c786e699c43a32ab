import type { Mode } from '@dream/contract/primitives';
import { Fail } from '../http/fail.ts';
import type { Environment } from '../projects/access.rpc.ts';

/** Whether a page of this origin may use an environment: any in test mode, listed ones in live. */
export function originAllowed(origin: string, mode: Mode, listed: readonly string[]): boolean {
  if (mode === 'test') return true;
  return listed.some((entry) => matches(origin, entry));
}

/** Refuses a page of an origin that may not use the environment. A server sends none. */
export function checkOrigin(request: Request, environment: Environment): void {
  const origin = request.headers.get('origin');
  if (origin !== null && !originAllowed(origin, environment.mode, environment.origins)) {
    throw new Fail('origin_not_allowed', { origin });
  }
}

function matches(origin: string, entry: string): boolean {
  const star = entry.indexOf('://*.');
  if (star === -1) return origin === entry;
  const scheme = entry.slice(0, star + 3);
  const suffix = entry.slice(star + 4);
  return (
    origin.startsWith(scheme) &&
    origin.endsWith(suffix) &&
    origin.length > scheme.length + suffix.length
  );
}

/** An origin in its one form, or null for text that is none: `https://a.example`, `https://*.a.example`. */
export function normaliseOrigin(text: string): string | null {
  const match = /^(https?:\/\/)(\*\.)?([^/\s*]+)\/?$/i.exec(text.trim());
  if (!match) return null;
  const [, scheme = '', star = '', host = ''] = match;
  if (star && (scheme.toLowerCase() !== 'https://' || host.split('.').length < 2)) return null;
  try {
    const url = new URL(scheme + host);
    if (url.username || url.password || url.pathname !== '/') return null;
    return star ? `${url.protocol}//*.${url.host}` : url.origin;
  } catch {
    return null;
  }
}
