import { env } from 'cloudflare:workers';
import type { Stripe } from 'stripe';
import { parseConfig } from '../src/env.ts';
import { createStripeAccess, type StripeClient } from '../src/providers/stripe/client.ts';
import { exchangeOAuthCode } from '../src/providers/stripe/connect.ts';
import { stripeSdk } from '../src/providers/stripe/sdk.ts';
import type { StripeState, SubscriptionState } from '../src/providers/stripe/state.ts';

export const config = parseConfig(env).stripe;
/** Whether this is the sandbox, whose buttons can be pressed, and not Stripe's own test mode. */
export const isSandbox = !('STRIPE_CHECK' in env);

const PROJECT = { projectId: 'prj_somebody', mode: 'test' as const };

/** Presses a button of the sandbox's control API. */
export async function control<T>(path: string, body: object): Promise<T> {
  const response = await fetch(`${config.apiUrl}/_sandbox/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

/** Connects a new account of the sandbox. Answers its id. */
export async function connectAccount(): Promise<string> {
  const { code } = await control<{ code: string }>('connect', { mode: 'test' });
  return exchangeOAuthCode(config, 'test', code);
}

/**
 * An account in test mode with something to sell: our client of it, and Stripe as its owner uses it,
 * who pays by Stripe's own test cards. `close` takes back what was made, as far as Stripe lets it.
 */
export class TestAccount {
  readonly client: StripeClient;
  readonly owner: Stripe = stripeSdk(config.test.secretKey, config.apiUrl);
  readonly on: { stripeAccount?: string };
  /** Unlike all others: an account of Stripe's keeps what the runs before made. */
  readonly run = crypto.randomUUID().replaceAll('-', '');
  readonly productId = `prj_check_${this.run}`;
  monthly = '';
  yearly = '';
  readonly #customers: string[] = [];
  #keys = 0;

  private constructor(accountId: string | null) {
    this.client = createStripeAccess(config)(PROJECT, accountId);
    this.on = accountId === null ? {} : { stripeAccount: accountId };
  }

  static async open(accountId: string | null): Promise<TestAccount> {
    const account = new TestAccount(accountId);
    const { client, productId } = account;
    await client.putProduct({ id: productId, name: 'Pro', description: '', active: true });
    const taxBehavior = 'unspecified' as const;
    const price = { productId, priceMinor: 1900, currency: 'usd', taxBehavior };
    const [month, year] = [account.key('month'), account.key('year')];
    account.monthly = await client.createPrice({ ...price, rowId: month, interval: 'month' });
    const yearly = { ...price, priceMinor: 19_000, rowId: year, interval: 'year' as const };
    account.yearly = await client.createPrice(yearly);
    return account;
  }

  /** An idempotency key of its own. */
  key(name: string): string {
    this.#keys += 1;
    return `${name}_${this.run}_${this.#keys}`;
  }

  async buyer(clockMs: number | null = null): Promise<string> {
    const person = { customerId: `cust_${this.run}`, email: 'ada@example.com', name: 'Ada' };
    const id = await this.client.createCustomer({ ...person, clockMs }, this.key('customer'));
    this.#customers.push(id);
    return id;
  }

  /** Has a customer pay by one of Stripe's test cards from now on. */
  async giveCard(customer: string, card: string): Promise<void> {
    const { id } = await this.owner.paymentMethods.attach(card, { customer }, this.on);
    const invoice_settings = { default_payment_method: id };
    await this.owner.customers.update(customer, { invoice_settings }, this.on);
  }

  /** A customer who pays for the monthly price; nobody but Stripe knows yet. */
  async subscriber(
    how: { clockMs?: number; trialDays?: number } = {},
  ): Promise<{ customer: string; id: string }> {
    const customer = await this.buyer(how.clockMs ?? null);
    await this.giveCard(customer, 'pm_card_visa');
    const items = [{ price: this.monthly }];
    const { id } = await this.owner.subscriptions.create(
      { customer, items, ...(how.trialDays && { trial_period_days: how.trialDays }) },
      this.on,
    );
    return { customer, id };
  }

  /** A subscription as our client reads it. */
  async subscription(id: string): Promise<SubscriptionState> {
    const state: StripeState = await this.client.fetchObject(id);
    if (state.kind !== 'subscription') throw new Error(`${id} is no subscription`);
    return state;
  }

  startCheckout(stripeCustomerId: string, priceId = this.monthly) {
    const checkout = {
      customerId: `cust_${this.run}`,
      stripeCustomerId,
      priceId,
      meteredPriceIds: [],
      trialDays: 0,
      successUrl: 'https://shop.example/done?dream_checkout={CHECKOUT_SESSION_ID}',
      cancelUrl: null,
      embedded: false,
    };
    return this.client.startCheckout(checkout, this.key('checkout'));
  }

  /** Pays a checkout without its page, as the Stripe CLI does when it triggers a paid one. */
  async payCheckout(id: string): Promise<void> {
    const { amount_total } = await this.owner.checkout.sessions.retrieve(id, {}, this.on);
    const card = await this.owner.paymentMethods.create(
      {
        type: 'card',
        card: { token: 'tok_visa' },
        billing_details: { email: 'ada@example.com', name: 'Ada', address: { country: 'US' } },
      },
      this.on,
    );
    const confirmed = { payment_method: card.id, expected_amount: amount_total };
    await this.owner.rawRequest('POST', `/v1/payment_pages/${id}/confirm`, confirmed, this.on);
  }

  /** Moves a customer's clock; Stripe may take longer than one call waits, which goes on then. */
  async moveTo(stripeCustomerId: string, targetMs: number): Promise<void> {
    const move = { stripeCustomerId, targetMs, longestMoveMs: 60 * 86_400_000 };
    for (let tries = 0; ; tries++)
      try {
        return await this.client.moveClock(move);
      } catch (error) {
        if (tries === 12 || (error as { code?: string }).code !== 'provider_unavailable')
          throw error;
      }
  }

  async close(): Promise<void> {
    for (const id of this.#customers) await this.client.deleteCustomer(id);
    const { data } = await this.owner.prices.list({ product: this.productId }, this.on);
    for (const { id, active } of data) if (active) await this.client.archivePrice(id);
    const gone = { id: this.productId, name: 'Pro', description: '', active: false };
    await this.client.putProduct(gone);
  }
}
