import { DreamError } from '../internal/api.ts';
import type { Page } from '../internal/page.ts';

/** How often the edge is asked what became of a window. */
const POLL_MS = 1_500;
/** How long a window may take to greet; one of a page that isolates its windows never does. */
const GREET_MS = 15_000;

/** What the window of a provider says to the page that opened it. */
interface Said {
  type?: string;
  request?: string;
  code?: string;
}

/**
 * Signs in at a provider in a window of the edge; edge/src/oauth/README.md has the steps. Resolves to
 * what was proved, sealed for the edge. Only this page can fetch it: it alone knows the verifier, of
 * which the window was told the hash. The edge is asked again and again, because a provider's page may
 * cut the window off from this one; one cut off also looks closed, so that a closed window is no sign
 * of giving up. `signal` is.
 */
export async function proveByProvider(
  page: Page,
  popup: Window | null,
  provider: string,
  signal: AbortSignal,
  botCheck: string | null,
): Promise<string> {
  if (!popup) throw new DreamError(0, { code: 'popup_blocked' });
  const over = new AbortController();
  try {
    const [request, verifier] = [random(16), random(32)];
    const challenge = base64Url(await sha256(verifier));
    const hello = { request, challenge, pk: page.api.publishableKey, provider, botCheck };
    const origin = new URL(page.api.base).origin;
    const wake = await greet(popup, origin, hello, AbortSignal.any([signal, over.signal]));
    for (;;) {
      await wake();
      if (signal.aborted) throw new DreamError(0, { code: 'oauth_closed' });
      const { sealedToken } = await page.api.post<{ sealedToken?: string }>('oauth/result', {
        request,
        verifier,
      });
      if (sealedToken) return sealedToken;
    }
  } finally {
    over.abort();
    popup.close();
  }
}

/** Tells the window what to begin; resolves, once it began, to what waits for its next word. */
function greet(
  popup: Window,
  origin: string,
  hello: { request: string },
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  let next = (): void => {};
  const wait = (): Promise<void> =>
    new Promise((resolve) => {
      next = resolve;
      setTimeout(resolve, POLL_MS);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new DreamError(0, { code: 'oauth_closed' }));
    const patience = setTimeout(giveUp, GREET_MS);
    signal.addEventListener('abort', giveUp, { once: true });
    const heard = ({ source, origin: from, data }: MessageEvent<Said>): void => {
      if (source !== popup || from !== origin) return;
      clearTimeout(patience);
      if (data.type === 'dream-oauth-ready')
        popup.postMessage({ type: 'dream-oauth', ...hello }, origin);
      if (data.request !== hello.request) return;
      if (data.type === 'dream-oauth-begun') resolve(wait);
      if (data.type === 'dream-oauth-error')
        reject(new DreamError(0, { code: data.code ?? 'oauth_failed' }));
      if (data.type === 'dream-oauth-done') next();
    };
    addEventListener('message', heard, { signal });
  });
}

const sha256 = (text: string): Promise<ArrayBuffer> =>
  crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));

const random = (bytes: number): string => base64Url(crypto.getRandomValues(new Uint8Array(bytes)));

const base64Url = (bytes: Uint8Array | ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
