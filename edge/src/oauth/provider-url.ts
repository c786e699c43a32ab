const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * The URL a window is sent to, or null for one that is none of a provider's: https, without a name
 * and password in it. Plain http on this machine passes only where Clerk itself is reached so.
 */
export function providerUrl(text: unknown, clerkUrl: string): string | null {
  if (typeof text !== 'string' || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username || url.password) return null;
  const isSafe = url.protocol === 'https:' || (isLocal(url) && isLocal(new URL(clerkUrl)));
  return isSafe ? url.href : null;
}

const isLocal = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && LOOPBACK.has(hostname);
