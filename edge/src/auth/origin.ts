import type { Mode } from '@dream/contract/primitives';
import { Fail } from '../http/fail.ts';
import type { Environment } from '../projects/access.rpc.ts';

/** Hosts that rent subdomains to anybody: a star before one would let all of their customers in. */
const SHARED = new Set([
  'vercel.app',
  'netlify.app',
  'pages.dev',
  'workers.dev',
  'web.app',
  'firebaseapp.com',
  'github.io',
  'gitlab.io',
  'herokuapp.com',
  'onrender.com',
  'fly.dev',
  'azurewebsites.net',
  'cloudfront.net',
  'amplifyapp.com',
  'surge.sh',
  'glitch.me',
  'replit.app',
  'lovable.app',
  'myshopify.com',
  'wixsite.com',
  'webflow.io',
  'framer.app',
  'squarespace.com',
  'ngrok.io',
  'ngrok.app',
  'ngrok-free.app',
  'trycloudflare.com',
  'blogspot.com',
  'wordpress.com',
]);
/** Endings like co.uk, which are no one's. */
const SHARED_ENDING = /^(ac|co|com|edu|go|gov|ne|net|or|org)\.[a-z]{2}$/;

/** Whether a page of this origin may use an environment: any in test mode, listed ones in live. */
export function originAllowed(origin: string, mode: Mode, listed: readonly string[]): boolean {
  if (mode === 'test') return true;
  return listed.some((entry) => matches(origin, entry));
}

/** Refuses a page of an origin that may not use the environment. A server sends none. */
export function checkOrigin(request: Request, environment: Environment): void {
  const origin = request.headers.get('origin');
  if (origin !== null && !originAllowed(origin, environment.mode, environment.origins))
    throw originRefused(origin, environment);
}

/** The error for a page whose origin is not listed: it names the call that lists it. */
export function originRefused(
  origin: string,
  { projectId, mode }: Pick<Environment, 'projectId' | 'mode'>,
): Fail {
  const shown = origin.slice(0, 300);
  const read = readOrigin(shown);
  const call = `PUT /api/projects/${projectId}/${mode}/origins`;
  const fix =
    'origin' in read
      ? `Add "${read.origin}" to the list of ${call}; it replaces the list, so send the others as well.`
      : 'This page has no origin that could be listed: serve it over https, and not in a sandboxed frame.';
  return new Fail('origin_not_allowed', { origin: shown, fix });
}

/** `https://*.example.com` stands for subdomains of any depth, and not for `https://example.com`. */
function matches(origin: string, entry: string): boolean {
  const star = entry.indexOf('://*.');
  if (star === -1) return origin === entry;
  const scheme = entry.slice(0, star + 3);
  const suffix = entry.slice(star + 4);
  return (
    origin.startsWith(scheme) &&
    origin.endsWith(suffix) &&
    /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(origin.slice(scheme.length, -suffix.length))
  );
}

/**
 * An origin in its one form, `https://a.example` or `https://*.a.example`, with a port if it is not
 * the usual one; or the reason why a text is none that may be listed.
 */
export function readOrigin(text: string): { origin: string } | { reason: string } {
  const [, scheme, rest = ''] = /^(https?:\/\/)(.*)$/i.exec(text.trim()) ?? [];
  if (scheme === undefined) return { reason: 'Must begin with https:// or http://.' };
  const isStar = rest.startsWith('*');
  if (isStar && !rest.startsWith('*.'))
    return {
      reason: 'Would allow every site: write https://*.example.com, or the sites one by one.',
    };
  const host = rest.slice(isStar ? 2 : 0);
  if (host.includes('*'))
    return { reason: 'The star stands only at the front: https://*.example.com.' };
  const url = urlOf(scheme + host);
  if (url === null) return { reason: 'Must be a scheme, a host and perhaps a port.' };
  if (url.username || url.password) return { reason: 'Must not hold a user name.' };
  if (url.pathname !== '/' || url.search || url.hash || /[?#]$/.test(host))
    return { reason: 'Must end with the host or port: no path, query or "#".' };
  return isStar ? readStar(url) : { origin: url.origin };
}

function readStar({ protocol, host, hostname }: URL): { origin: string } | { reason: string } {
  if (protocol !== 'https:') return { reason: 'A star needs https://.' };
  if (/^[\d.]+$|^\[/.test(hostname)) return { reason: 'An address has no subdomains.' };
  if (!hostname.includes('.') || SHARED_ENDING.test(hostname) || SHARED.has(hostname))
    return { reason: `Would allow sites of others: anybody can have a name under ${hostname}.` };
  return { origin: `${protocol}//*.${host}` };
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
