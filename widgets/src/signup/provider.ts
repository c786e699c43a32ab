import { DreamError } from '../internal/api.ts';
import type { Page } from '../internal/page.ts';

/** How often the edge is asked what became of a popup. */
const POLL_MS = 1_000;
/** A popup that said nothing for so long is given up. */
const PATIENCE_MS = 10 * 60_000;

/**
 * Signs in at a provider in a popup of the edge. Resolves to what was proved, sealed for the edge.
 * Only this page can fetch it: it alone knows the verifier, of which the popup was told the hash.
 * The edge is asked again and again, because a provider's page may cut the popup off from this one;
 * one cut off also looks closed, so that closing it is no sign of giving up. `signal` is.
 */
export async function proveByProvider(
  page: Page,
  popup: Window | null,
  provider: string,
  signal: AbortSignal,
  botCheck: string | null,
): Promise<string> {
  if (!popup) throw new DreamError(0, { code: 'popup_blocked' });
  const verifier = random(32);
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const request = random(16);
  const hello = {
    type: 'dream-oauth',
    request,
    challenge: base64Url(new Uint8Array(hash)),
    pk: page.api.publishableKey,
    provider,
    botCheck,
  };
  const talk = new AbortController();
  const wait = conversation(popup, new URL(page.api.base).origin, hello, talk.signal);
  try {
    const until = Date.now() + PATIENCE_MS;
    while (Date.now() < until) {
      const wasGreeted = await wait(signal);
      if (signal.aborted || (!wasGreeted && popup.closed)) break;
      if (!wasGreeted) continue;
      const { sealedToken } = await page.api.post<{ sealedToken?: string }>('oauth/result', {
        request,
        verifier,
      });
      if (sealedToken) return sealedToken;
    }
    throw new DreamError(0, { code: 'oauth_closed' });
  } finally {
    talk.abort();
    popup.close();
  }
}

/** Tells the popup what it asks for; the result waits for its next word, or for `POLL_MS`. */
function conversation(popup: Window, origin: string, hello: object, over: AbortSignal) {
  let wasGreeted = false;
  let wake = (): void => {};
  const heard = (event: MessageEvent): void => {
    if (event.source !== popup || event.origin !== origin) return;
    const { type } = event.data as { type?: string };
    if (type === 'dream-oauth-ready') {
      popup.postMessage(hello, origin);
      wasGreeted = true;
    } else if (type === 'dream-oauth-done') wake();
  };
  addEventListener('message', heard, { signal: over });
  return (signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      wake = () => resolve(wasGreeted);
      setTimeout(wake, POLL_MS);
      signal.addEventListener('abort', wake, { once: true });
    });
}

const random = (bytes: number): string => base64Url(crypto.getRandomValues(new Uint8Array(bytes)));

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
