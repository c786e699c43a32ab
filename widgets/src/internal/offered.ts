import type { claimsIn, sessionOf, Tokens } from './tokens.ts';

let isRead = false;

/**
 * Keeps a session the site's server wrote into the script tag, once, and only if it is newer than what
 * is kept: the page may come from a cache, where a session stays that ended since. What is no session of
 * this project is left alone, and the console says why.
 */
export function takeOffered(
  { dataset }: HTMLElement,
  tokens: Tokens,
  // Given, not imported: the build would make a file more of what the entry shares with this one.
  sessionIn: typeof sessionOf,
  claims: typeof claimsIn,
): void {
  if (isRead) return;
  isRead = true;
  try {
    const session = sessionIn(JSON.parse(dataset.dreamSession ?? ''));
    const { iat = 0, sid = '', aud = 'nobody' } = claims(session) ?? {};
    if (`dream:${aud}` !== tokens.name) throw new TypeError(`The session is for ${aud}.`);
    const now = claims(tokens.kept);
    if (now && (now.sid === sid || now.iat > iat)) return;
    if (isTaken(`${tokens.name}:offered`, iat, sid)) return;
    tokens.replace(session);
  } catch (error) {
    console.error(`data-dream-session is not used. ${(error as Error).message}`);
  }
}

/** Whether this session, or a newer one, was taken before; notes it, if not. */
function isTaken(name: string, iat: number, sid: string): boolean {
  try {
    const [newestIat, newestSid] = localStorage.getItem(name)?.split(' ') ?? [];
    if (sid === newestSid || iat < Number(newestIat ?? 0)) return true;
    localStorage.setItem(name, `${iat} ${sid}`);
  } catch {
    // Storage is closed: the edge still knows which sessions ended.
  }
  return false;
}
