import type { Config } from '../env.ts';

/** Where this edge is itself, and whether webhooks may go to this machine, as on a laptop. */
type Reach = Pick<Config, 'publicUrl' | 'webhooksToLoopback'>;

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
/** Names that no public host has (RFC 6761, RFC 6762, RFC 8375, and what networks use inside). */
const PRIVATE_NAME =
  /(^|\.)(localhost|local|internal|intranet|lan|corp|home|private|onion|invalid|home\.arpa)$/;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Why a URL may not be told anything, or null if it may: https to a public name only, no address in
 * numbers, nothing of our own, no credentials. It is asked again before each try, for the answer
 * depends on the deployment. A name that resolves to a private address gets no further: the edge runs
 * on no private network.
 */
export function whyNotReach(text: string, { publicUrl, webhooksToLoopback }: Reach): string | null {
  if (!URL.canParse(text)) return 'It is no absolute URL.';
  const url = new URL(text);
  if (url.username || url.password) return 'It holds a user name or a password.';
  if (url.hash) return 'It has a fragment, which no server sees.';
  const own = new URL(publicUrl);
  // A name may end in a dot and mean the same.
  const host = url.hostname.replace(/\.$/, '');
  if (webhooksToLoopback && LOOPBACK.has(host))
    return url.host === own.host ? 'It leads to this edge itself.' : null;
  if (url.protocol !== 'https:') return 'It is not https.';
  if (IPV4.test(host) || host.startsWith('[')) return 'It names an IP address instead of a host.';
  if (!host.includes('.') || PRIVATE_NAME.test(host)) return 'It names no host of the public web.';
  if (host === own.hostname || host.endsWith(`.${own.hostname}`))
    return 'It leads to this edge itself.';
  return null;
}
