import { env } from 'cloudflare:workers';
import { Stripe } from 'stripe';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../env.ts';
import { verifyEvent } from './events.ts';

const config = parseConfig(env).stripe;
const SECRET = 'whsec_of_stripe_listen';

/** An event and the header that signs it. */
async function signed(event: object, secret: string): Promise<[string, string]> {
  const payload = JSON.stringify({ id: 'evt_1', type: 'customer.deleted', data: {}, ...event });
  const cryptoProvider = Stripe.createSubtleCryptoProvider();
  const header = { payload, secret, cryptoProvider };
  return [payload, await Stripe.webhooks.generateTestHeaderStringAsync(header)];
}

describe('an event forwarded by `stripe listen`, which signs both sources by one secret', () => {
  const test = { ...config.test, webhookSecret: SECRET, connectWebhookSecret: SECRET };
  const listened = { ...config, test };

  it.each([
    ['of the platform', {}, null],
    ['of a connected account', { account: 'acct_1' }, 'acct_1'],
  ])('%s is taken as one', async (_, event, accountId) => {
    const [text, signature] = await signed({ livemode: false, ...event }, SECRET);
    expect(await verifyEvent(listened, text, signature)).toMatchObject({ accountId, mode: 'test' });
  });

  it('of live mode is not taken', async () => {
    const [text, signature] = await signed({ livemode: true }, SECRET);
    expect(await verifyEvent(listened, text, signature)).toBeNull();
  });
});

it('an event signed by the secret of one source is never taken as one of the other', async () => {
  const { webhookSecret, connectWebhookSecret } = config.test;
  for (const [secret, account] of [
    [webhookSecret, 'acct_1'],
    [connectWebhookSecret, undefined],
  ]) {
    const [text, signature] = await signed({ livemode: false, account }, secret ?? '');
    expect(await verifyEvent(config, text, signature)).toBeNull();
  }
});
