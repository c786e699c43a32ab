const STYLES = `
:root { color-scheme: light dark; }
body { font: 17px/1.6 system-ui, sans-serif; max-width: 26rem; margin: 0 auto; padding: 4rem 1.25rem;
  color: light-dark(#1a1c23, #e8eaf0); background: light-dark(#fff, #0e0f14); text-align: center; }
h1 { font-size: 1.3rem; line-height: 1.3; }`;

/**
 * Waits for the one message of the page that opened the window, and lets the edge begin. The origin
 * is the browser's word, not the page's. Where to go is what the edge answers, never a message.
 */
const START = `
const { opener } = window;
const say = (title, text) => {
  document.querySelector('h1').textContent = title;
  document.querySelector('p').textContent = text;
};
const begin = async ({ data, origin }) => {
  const { request, challenge, pk, provider, email, botCheck } = data;
  const tell = (message) => opener.postMessage({ request, ...message }, origin);
  try {
    const answer = await window.fetch('/oauth/begin', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ pk, origin, request, challenge, provider, email, botCheck }),
    });
    const body = await answer.json();
    if (answer.ok) {
      tell({ type: 'dream-oauth-begun' });
      location.replace(body.url);
      return;
    }
    tell({ type: 'dream-oauth-error', code: body.code });
    say(body.error, body.message);
  } catch {
    tell({ type: 'dream-oauth-error', code: 'temporarily_unavailable' });
    say('No connection', 'Close this window and try again.');
  }
};
if (opener) {
  // Said until it is answered: the page may still be loading what listens.
  const ready = () => opener.postMessage({ type: 'dream-oauth-ready' }, '*');
  const again = setInterval(ready, 250);
  addEventListener('message', function first(event) {
    if (event.source !== opener || event.data?.type !== 'dream-oauth') return;
    removeEventListener('message', first);
    clearInterval(again);
    void begin(event);
  });
  ready();
} else {
  say('Nothing to do here', 'Begin on the page where you want to sign in.');
}`;

/** Tells the page, if the provider left the way to it open, and closes. */
const landedScript = (to: { origin: string; request: string } | null): string => `
history.replaceState(null, '', location.pathname);
${to ? `window.opener?.postMessage({ type: 'dream-oauth-done', request: ${quoted(to.request)} }, ${quoted(to.origin)});` : ''}
window.close();`;

/** A page with its one script and one style, let through by the nonce and nothing else. */
export interface WindowPage {
  html: string;
  policy: string;
}

/** The window a page opens, before it goes to the provider. */
export const startPage = (nonce: string): WindowPage =>
  page(nonce, { title: 'One moment…', text: 'You are being taken to the provider.' }, START);

/** The window when it is back. `to` is the page that began, as it was recorded. */
export const landedPage = (
  nonce: string,
  words: { title: string; text: string },
  to: { origin: string; request: string } | null,
): WindowPage => page(nonce, words, landedScript(to));

function page(nonce: string, words: { title: string; text: string }, script: string): WindowPage {
  return {
    html:
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${words.title}</title>` +
      `<meta name="viewport" content="width=device-width, initial-scale=1"><style nonce="${nonce}">${STYLES}</style></head>` +
      `<body><main role="status"><h1>${words.title}</h1><p>${words.text}</p></main>` +
      `<script nonce="${nonce}">${script}</script></body></html>`,
    policy:
      `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; ` +
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  };
}

/** A text inside a script: no end of the element, no line a script cannot hold. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll('<', '\\u003c');
