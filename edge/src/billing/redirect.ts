import type { Mode } from '@dream/contract/primitives';
import { originAllowed } from '../auth/origin.ts';

/** Who asks to be sent back where. `pageOrigin` is the Origin header of a page that calls. */
export interface Redirecting {
  mode: Mode;
  bySecretKey: boolean;
  listedOrigins: readonly string[];
  pageOrigin: string | null;
}

/**
 * The URL a customer is sent to: the one asked for, else the environment's. A secret key of test
 * mode may name any; else its origin must be listed, or in test mode be that of the calling page.
 */
export function decideRedirect(
  asked: string | undefined,
  setting: string | null,
  who: Redirecting,
): { url: string | null } | { refused: 'redirect_url_not_allowed' } {
  if (asked === undefined) return { url: setting };
  if (who.mode === 'test' && who.bySecretKey) return { url: asked };
  const { origin } = new URL(asked);
  const isCallersOwn = who.mode === 'test' && origin === who.pageOrigin;
  // "live" asks for listed origins only: that any page may call in test mode is not the question here.
  return isCallersOwn || originAllowed(origin, 'live', who.listedOrigins)
    ? { url: asked }
    : { refused: 'redirect_url_not_allowed' };
}

/** A success URL that comes back with the checkout's id in `param`. Stripe fills in the braces as they stand. */
export function withCheckoutParam(url: string, param: string): string {
  const [address = '', ...fragment] = url.split('#');
  const joint = address.includes('?') ? '&' : '?';
  const hash = fragment.length > 0 ? `#${fragment.join('#')}` : '';
  return `${address}${joint}${param}={CHECKOUT_SESSION_ID}${hash}`;
}
