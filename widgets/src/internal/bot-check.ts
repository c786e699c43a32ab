import { DreamError } from './api.ts';

const SCRIPT = 'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit';

interface Turnstile {
  render(
    box: HTMLElement,
    options: {
      sitekey: string;
      appearance: 'interaction-only';
      size: 'flexible' | 'compact';
      callback: (token: string) => void;
      'error-callback': () => boolean;
    },
  ): string;
}
declare global {
  interface Window {
    turnstile?: Turnstile;
    trustedTypes?: {
      createPolicy(
        name: string,
        rules: { createScriptURL: (url: string) => string },
      ): { createScriptURL(url: string): string };
    };
  }
}

/** What Turnstile's own box is wide at least; where there is less room, it has a smaller one. */
const BOX_PX = 300;

let loading: Promise<Turnstile> | null = null;

/** Loads Cloudflare's script, once. A page with Trusted Types allows the policy `dream`. */
function load(): Promise<Turnstile> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    const policy = window.trustedTypes?.createPolicy('dream', { createScriptURL: () => SCRIPT });
    script.src = policy ? policy.createScriptURL(SCRIPT) : SCRIPT;
    script.addEventListener('load', () => window.turnstile && resolve(window.turnstile));
    script.addEventListener('error', () => {
      loading = null;
      reject(new DreamError(0, { code: 'unreachable', message: `${SCRIPT} was not loaded.` }));
    });
    document.head.append(script);
  });
  return loading;
}

/**
 * Asks Turnstile whether a person is there; resolves to its token, good for one call. What it wants
 * to show stands in the page's own tree, in the slot `bot-check` of `host`: it looks for itself in
 * the document.
 */
export async function askTurnstile(host: HTMLElement, siteKey: string): Promise<string> {
  const turnstile = await load();
  const box = document.createElement('div');
  box.slot = 'bot-check';
  host.append(box);
  try {
    return await new Promise<string>((resolve, reject) => {
      turnstile.render(box, {
        sitekey: siteKey,
        appearance: 'interaction-only',
        size: box.clientWidth < BOX_PX ? 'compact' : 'flexible',
        callback: resolve,
        'error-callback': () => {
          reject(new DreamError(0, { code: 'bot_check_failed' }));
          return true;
        },
      });
    });
  } finally {
    box.remove();
  }
}
