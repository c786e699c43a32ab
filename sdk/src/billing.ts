import type { ApiClient } from './client.ts';
import type { CheckoutPlace, Customer } from './types.ts';
import { type User, userHeaders } from './user.ts';

/** Checkout and the customer portal: each gives a URL to send the customer to. */
export class BillingApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Starts buying a tier. For a subscriber, another tier is a plan change. */
  async checkout({
    tier,
    priceId,
    successUrl,
    cancelUrl,
    embedded,
    ...user
  }: User & {
    tier: string;
    priceId?: string;
    successUrl?: string;
    cancelUrl?: string;
    embedded?: boolean;
  }): Promise<CheckoutPlace> {
    const body = { tier, priceId, successUrl, cancelUrl, embedded };
    return this.#api.call({
      method: 'POST',
      path: '/api/create-checkout',
      body,
      headers: userHeaders(user),
    });
  }

  /** On the way back: `checkoutId` is `dream_checkout` of the URL. The plan is right after it. */
  async confirm({ checkoutId, ...user }: User & { checkoutId: string }): Promise<{
    status: 'open' | 'complete' | 'expired';
    customer: Customer;
  }> {
    return this.#api.call({
      method: 'POST',
      path: '/api/checkout/confirm',
      body: { checkoutId },
      headers: userHeaders(user),
    });
  }

  /** Where the customer changes card, cancels or resumes. */
  async portal({ returnUrl, ...user }: User & { returnUrl?: string }): Promise<{ url: string }> {
    return this.#api.call({
      method: 'POST',
      path: '/api/customer-portal',
      body: { returnUrl },
      headers: userHeaders(user),
    });
  }
}
