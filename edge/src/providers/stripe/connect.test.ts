import { describe, expect, it } from 'vitest';
import { config, connectAccount, control, TestAccount } from '../../../test/stripe-test-account.ts';
import { createStripeAccess, type StripeClient } from './client.ts';
import { deauthorize, exchangeOAuthCode } from './connect.ts';

const ref = { projectId: 'prj_somebody', mode: 'test' as const };
const stripeFor = createStripeAccess(config);

/** A connected account of its own, and its client. */
async function connected(): Promise<{ accountId: string; stripe: StripeClient }> {
  const accountId = await connectAccount();
  return { accountId, stripe: stripeFor(ref, accountId) };
}

describe('an account', () => {
  it('is connected by a code, once', async () => {
    const { code } = await control<{ code: string }>('connect', {
      mode: 'test',
      name: 'Ada’s Shop',
    });
    const accountId = await exchangeOAuthCode(config, 'test', code);
    expect(await stripeFor(ref, accountId).fetchObject(accountId)).toMatchObject({
      kind: 'account',
      name: 'Ada’s Shop',
    });
    await expect(exchangeOAuthCode(config, 'test', code)).rejects.toMatchObject({
      code: 'connection_invalid',
    });
  });

  it('is not connected by a code of the other mode', async () => {
    const { code } = await control<{ code: string }>('connect', { mode: 'live' });
    await expect(exchangeOAuthCode(config, 'test', code)).rejects.toMatchObject({
      code: 'connection_invalid',
    });
  });

  it('that took its permission back is gone, and giving it back twice is a success', async () => {
    const { accountId, stripe } = await connected();
    await deauthorize(config, 'test', accountId);
    await deauthorize(config, 'test', accountId);
    expect(await stripe.fetchObject(accountId)).toEqual({ kind: 'gone', id: accountId });
    await expect(stripe.fetchObject('cus_1')).rejects.toMatchObject({
      code: 'stripe_not_connected',
    });
  });

  it('is needed in live mode by every project but the platform', () => {
    expect(() => stripeFor({ ...ref, mode: 'live' }, null)).toThrow(
      expect.objectContaining({ code: 'stripe_not_connected' }),
    );
    for (const given of [ref, { projectId: 'prj_dream', mode: 'live' as const }])
      expect(stripeFor(given, null)).toBeDefined();
  });

  it('is not reached with the permission for another one', async () => {
    const [one, other] = [await TestAccount.open(await connectAccount()), await connected()];
    const { id } = await one.subscriber();
    expect(await other.stripe.fetchObject(id)).toEqual({ kind: 'gone', id });
  });
});

describe('when Stripe cannot be reached', () => {
  it('a verb fails as provider_unavailable', async () => {
    const unreachable = createStripeAccess({ ...config, apiUrl: 'http://127.0.0.1:9' });
    const failed = unreachable(ref, 'acct_any').fetchObject('cus_1');
    await expect(failed).rejects.toMatchObject({ code: 'provider_unavailable' });
  });
});
