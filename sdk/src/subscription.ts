import type { ApiClient } from './client.ts';
import type { PlanChangePreview, Subscription } from './types.ts';
import { type User, userHeaders } from './user.ts';

/** What a subscriber does with a subscription: change it, cancel it, take that back. */
export class SubscriptionApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** What asking for a tier would cost, and when it would begin. Changes nothing. */
  async preview({
    tier,
    priceId,
    ...user
  }: User & { tier: string; priceId?: string }): Promise<PlanChangePreview> {
    return this.#post('preview', { tier, priceId }, user);
  }

  /**
   * Changes the tier: a dearer one at once, a cheaper one when what is paid ends. With the
   * `prorationAtMs` of a preview, within the hour, the invoice is the same to the cent.
   */
  async change({
    tier,
    priceId,
    prorationAtMs,
    ...user
  }: User & { tier: string; priceId?: string; prorationAtMs?: number }): Promise<{
    subscription: Subscription;
  }> {
    return this.#post('change', { tier, priceId, prorationAtMs }, user);
  }

  /** Cancels at the end of the paid period; until then nothing changes. */
  async cancel(user: User): Promise<{ subscription: Subscription }> {
    return this.#post('cancel', {}, user);
  }

  /** Takes back a cancellation, or a downgrade that has not begun. */
  async resume(user: User): Promise<{ subscription: Subscription }> {
    return this.#post('resume', {}, user);
  }

  #post<T>(verb: string, body: object, user: User): Promise<T> {
    return this.#api.call({
      method: 'POST',
      path: `/api/subscription/${verb}`,
      body,
      headers: userHeaders(user),
    });
  }
}
