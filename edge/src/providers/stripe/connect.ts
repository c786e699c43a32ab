import type { Mode } from '@dream/contract/primitives';
import { Stripe } from 'stripe';
import type { Config } from '../../env.ts';
import { Fail } from '../../http/fail.ts';
import { asked } from './errors.ts';
import { stripeSdk } from './sdk.ts';

/** Where a developer goes to let us use their Stripe account. Comes back with `code` and `state`. */
export function connectUrl(
  config: Config['stripe'],
  mode: Mode,
  state: string,
  redirectUrl: string,
): string {
  const url = new URL(`${config.connectUrl}/oauth/authorize`);
  url.search = new URLSearchParams({
    response_type: 'code',
    scope: 'read_write',
    client_id: config[mode].clientId,
    redirect_uri: redirectUrl,
    state,
  }).toString();
  return url.href;
}

/**
 * The account a code stands for. The access token that comes with it is not kept: the platform's
 * own key does everything. Throws `connection_invalid` for a code that is wrong, used or of the
 * other mode.
 */
export function exchangeOAuthCode(
  config: Config['stripe'],
  mode: Mode,
  code: string,
): Promise<string> {
  return asked(async () => {
    try {
      const granted = await oauth(config, mode).token({ grant_type: 'authorization_code', code });
      if (!granted.stripe_user_id || granted.livemode !== (mode === 'live'))
        throw new Fail('connection_invalid');
      return granted.stripe_user_id;
    } catch (error) {
      if (isWrongCode(error)) throw new Fail('connection_invalid');
      throw error;
    }
  });
}

/**
 * Makes an account for a developer who has none, which is theirs: with a dashboard of their own, and
 * without any details until they gave them. Repeated with the key within 24 h it is the same one.
 */
export function createAccount(
  config: Config['stripe'],
  mode: Mode,
  idempotencyKey: string,
): Promise<string> {
  return asked(async () => {
    const made = await api(config, mode).accounts.create({ type: 'standard' }, { idempotencyKey });
    return made.id;
  });
}

/** Where the owner of an account we made gives its details. For one visit, and some minutes. */
export function onboardingUrl(
  config: Config['stripe'],
  mode: Mode,
  accountId: string,
  urls: { returnUrl: string; refreshUrl: string },
): Promise<string> {
  return asked(async () => {
    const link = await api(config, mode).accountLinks.create({
      account: accountId,
      type: 'account_onboarding',
      return_url: urls.returnUrl,
      refresh_url: urls.refreshUrl,
    });
    return link.url;
  });
}

/** Gives the permission back. An account that took it back before is a success. */
export function deauthorize(
  config: Config['stripe'],
  mode: Mode,
  accountId: string,
): Promise<void> {
  return asked(async () => {
    try {
      await oauth(config, mode).deauthorize({
        client_id: config[mode].clientId,
        stripe_user_id: accountId,
      });
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeInvalidClientError)) throw error;
    }
  });
}

const isWrongCode = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidGrantError ||
  error instanceof Stripe.errors.StripeOAuthInvalidRequestError;

const api = (config: Config['stripe'], mode: Mode): Stripe =>
  stripeSdk(config[mode].secretKey, config.apiUrl);

/** OAuth is at a host of its own, and a custom host sends every request of the package to it. */
function oauth(config: Config['stripe'], mode: Mode): Stripe['oauth'] {
  return stripeSdk(config[mode].secretKey, config.connectUrl).oauth;
}
