import { env } from 'cloudflare:workers';
import { Webhook as Verifier } from 'standardwebhooks';
import { expect, vi } from 'vitest';
import { createDeps, type EnvironmentRef } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { deliverWebhooks } from '../src/outgoing/deliver.job.ts';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';
import { Receiver, type Seen } from './receiver.ts';

export const deps = await createDeps(env as unknown as Bindings);

/** The webhooks of a new environment, and a receiver for them. */
export class Endpoints {
  readonly shop: TestEnvironment;
  readonly ref: EnvironmentRef;
  readonly base: string;
  readonly receiver = new Receiver();

  private constructor(shop: TestEnvironment) {
    this.shop = shop;
    this.ref = { projectId: shop.id, mode: shop.mode };
    this.base = `/api/projects/${shop.id}/test/webhooks`;
  }

  static async open(): Promise<Endpoints> {
    return new Endpoints(await createEnvironment());
  }

  /** Makes a webhook, told of everything unless said. Answers its secret, too. */
  async listen(to: Receiver, more: object = {}): Promise<{ id: string; secret: string }> {
    const { webhook, secret } = await manage('POST', this.base, { url: to.url, ...more });
    return { id: webhook.id, secret };
  }

  async newCustomer(email = `${crypto.randomUUID()}@example.com`): Promise<string> {
    const { body } = await call('POST', '/api/customers', { key: this.shop.sk, body: { email } });
    return body.customer.id;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect to be there
  async logOf(id: string): Promise<any[]> {
    return (await manage('GET', `${this.base}/${id}/deliveries`)).deliveries;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect to be there
  async webhookOf(id: string): Promise<any> {
    const { webhooks } = await manage('GET', this.base);
    return webhooks.find((webhook: { id: string }) => webhook.id === id);
  }

  /** Sends what is due now, as the alarm does. */
  deliver(): Promise<unknown> {
    return deliverWebhooks(deps, this.ref);
  }
}

/** Waits until the log of a webhook is like this. */
export const until = (at: Endpoints, id: string, expected: object[]): Promise<void> =>
  vi.waitFor(async () => expect(await at.logOf(id)).toMatchObject(expected), { timeout: 20_000 });

/** What was sent, as the Standard Webhooks library reads it. Throws when it is not signed by the secret. */
export const verified = (secret: string, { headers, body }: Seen) =>
  new Verifier(secret).verify(body, headers);

export const isSignedBy = (secret: string, seen: Seen): boolean => {
  try {
    return Boolean(verified(secret, seen));
  } catch {
    return false;
  }
};
