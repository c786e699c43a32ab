import { isDeepStrictEqual } from 'node:util';
import { loadSdk, type Sdk } from '../bench/sdk.ts';

/** What is under way when the process is killed. */
const LOADS = [
  'single calls',
  'keyed calls',
  'batches',
  'holds',
  'credits',
  'leases',
  'overage',
] as const;
type Load = (typeof LOADS)[number];

type Json = Record<string, any>;

const CUSTOMERS = 3;
const CALLERS = 2 * LOADS.length;
/** What the plan gives, and what a unit of the feature that draws on it takes. */
const ALLOWANCE_UNITS = 1_000_000;
const WEIGHT = 2;
/** The plan that is bought, and its units; each above them costs a cent. It is sold by the platform. */
const PRICE_MINOR = 1900;
const SOFT_LIMIT = 3;
const PLATFORM_KEY = 'sk_test_platform00000000';
const LEASE_UNITS = 5;
/** No try is the last: an edge that is killed is back soon. */
const LEASE_RETRIES = 100;

/** A call that was acknowledged, and can be made again. */
interface Acknowledged {
  path: string;
  user: string;
  body: object;
  key: string;
  answer: Json;
}

/** A customer with a subscription, by the names we and Stripe have for it. */
interface Subscriber {
  id: string;
  email: string;
}

/** Where to call, what opens it, and the Stripe beside it. */
export interface Target {
  url: string;
  operatorSecret: string;
  stripe: string;
}

/** A project whose customers are under every load, and a book of what was acknowledged to them. */
export class Shop {
  readonly #target: Target;
  readonly #sk: string;
  readonly #dream: InstanceType<Sdk['Dream']>;
  /** Customers who buy a plan with overage, by caller. */
  readonly #subscribers = new Map<number, Subscriber>();
  /** Units that were acknowledged, and those nobody heard of: no more than both may be counted. */
  readonly #units = new Map<string, { acknowledged: number; unheard: number }>();
  readonly #repeatable: Acknowledged[] = [];
  readonly #faults: string[] = [];
  #heard = () => {};

  private constructor(target: Target, sk: string, { Dream }: Sdk) {
    this.#target = target;
    this.#sk = sk;
    this.#dream = new Dream({ secretKey: sk, baseUrl: target.url, maxRetries: LEASE_RETRIES });
  }

  static async open(target: Target): Promise<Shop> {
    const manage = async (method: string, path: string, body: object): Promise<Json> => {
      const answer = await fetch(target.url + path, {
        method,
        headers: {
          authorization: `Bearer ${target.operatorSecret}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(await answer.text());
      return (await answer.json()) as Json;
    };
    const named = { name: 'Killed', ownerEmail: 'killed@example.com' };
    const { project } = await manage('POST', '/api/projects', named);
    const base = `/api/projects/${project.id}/test`;
    await manage('PUT', `${base}/tiers/free`, {
      displayName: 'Free',
      features: [
        { kind: 'metered', name: 'requests', limitUnits: null },
        { kind: 'credits', name: 'tokens', weight: WEIGHT },
      ],
      credits: { allowanceUnits: ALLOWANCE_UNITS, rollOverCapUnits: 0 },
      isDefault: true,
      rateLimitPerMinute: null,
    });
    const overage = { perUnits: 1, prices: [{ priceMinor: 1, currency: 'usd' }] };
    await manage('PUT', `${base}/tiers/soft`, {
      displayName: 'Soft',
      prices: [{ priceMinor: PRICE_MINOR, currency: 'usd', interval: 'month' }],
      features: [{ kind: 'metered', name: 'requests', limitUnits: SOFT_LIMIT, overage }],
      rateLimitPerMinute: null,
    });
    const { secret } = await manage('POST', `${base}/keys`, {});
    const shop = new Shop(target, secret, await loadSdk());
    for (let caller = 0; caller < CALLERS; caller++)
      if (loadOf(caller) === 'overage') shop.#subscribers.set(caller, await shop.#subscribe());
    return shop;
  }

  /** A new customer who pays for what is above the limit, by a clock that can be moved to the bill. */
  async #subscribe(): Promise<Subscriber> {
    const email = `${crypto.randomUUID()}@example.com`;
    const made = await this.#try('/api/customers', null, { email, testClock: true });
    const id = String(made?.customer.id);
    const pages = { successUrl: 'http://127.0.0.1/yes', cancelUrl: 'http://127.0.0.1/no' };
    const { url = '' } =
      (await this.#try('/api/create-checkout', id, { tier: 'soft', ...pages })) ?? {};
    const checkoutId = /cs_\w+/.exec(String(url))?.[0] ?? '';
    await fetch(`${this.#target.stripe}/_sandbox/checkout/${checkoutId}/pay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    const paid = await this.#try('/api/checkout/confirm', id, { checkoutId });
    if (paid?.status !== 'complete') throw new Error(`Nothing was bought: ${JSON.stringify(paid)}`);
    return { id, email };
  }

  /** One answer, or null for a call that broke off. */
  async #try(path: string, user: string | null, body: object | null, key?: string) {
    const answer = await fetch(this.#target.url + path, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${this.#sk}`,
        'content-type': 'application/json',
        ...(user !== null && { 'x-user-id': user }),
        ...(key && { 'idempotency-key': key }),
      },
      body: body && JSON.stringify(body),
    }).catch(() => null);
    const json = (await answer?.json().catch(() => null)) as Json | null | undefined;
    return answer && answer.status < 500 ? (json ?? null) : null;
  }

  /** The same, made again until it is answered. */
  async #answered(path: string, user: string, body: object, key: string): Promise<Json> {
    for (;;) {
      const answer = await this.#try(path, user, body, key);
      if (!answer) continue;
      if (answer.code) throw new Error(`${path}: ${answer.code}`);
      return answer;
    }
  }

  /** The same, and in the end it must be answered so again. */
  async #insist(path: string, user: string, body: object, key: string): Promise<Json> {
    const answer = await this.#answered(path, user, body, key);
    this.#repeatable.push({ path, user, body, key, answer });
    return answer;
  }

  #note(user: string, units: number, isHeard: boolean): void {
    const noted = this.#units.get(user) ?? { acknowledged: 0, unheard: 0 };
    noted[isHeard ? 'acknowledged' : 'unheard'] += units;
    this.#units.set(user, noted);
    if (isHeard) this.#heard();
  }

  /**
   * Begins every load. It is heavy when so many calls were acknowledged; `end` lets what is under way
   * come to its answer.
   */
  load(round: string, calls: number): { isHeavy: Promise<unknown>; end: () => Promise<void> } {
    const over = new AbortController();
    const heavy = Promise.withResolvers<void>();
    let heard = 0;
    this.#heard = () => {
      heard += 1;
      if (heard >= calls) heavy.resolve();
    };
    const callers = Array.from({ length: CALLERS }, async (_, caller) => {
      const load = loadOf(caller);
      const user = this.#subscribers.get(caller)?.id ?? `${load.slice(0, 5).trim()}${caller}`;
      for (let turn = 0; !over.signal.aborted; turn++)
        await this.#once(load, user, `${round}.${caller}.${turn}`);
    });
    const all = Promise.all(callers);
    return {
      // A caller that fails says so at once.
      isHeavy: Promise.race([heavy.promise, all]),
      end: async () => {
        over.abort();
        await all;
      },
    };
  }

  #once(load: Load, user: string, key: string): Promise<void> {
    switch (load) {
      case 'single calls':
        return this.#single(user);
      case 'keyed calls':
      case 'overage':
        return this.#keyed(user, { amount: 3 }, key);
      case 'credits':
        return this.#keyed(user, { feature: 'tokens', amount: 3 }, key);
      case 'batches':
        return this.#batch(user, key);
      case 'holds':
        return this.#hold(user, key);
      case 'leases':
        return this.#lease(user);
    }
  }

  async #single(user: string): Promise<void> {
    const answer = await this.#try('/api/usage', user, { amount: 2 });
    this.#note(user, 2, answer?.success === true);
  }

  async #keyed(user: string, body: { amount: number; feature?: string }, key: string) {
    await this.#insist('/api/usage', user, body, key);
    this.#note(user, body.amount, true);
  }

  async #batch(user: string, key: string): Promise<void> {
    const events = Array.from({ length: CUSTOMERS }, (_, at) => ({ customer: `many${at}` }));
    const isAll = ({ results }: Json) => results.every(({ ok }: Json) => ok);
    const path = '/api/usage/batch';
    // A shard may be gone while another one answers: what failed is sent again with its key.
    let answer = await this.#answered(path, user, { events }, key);
    while (!isAll(answer)) answer = await this.#answered(path, user, { events }, key);
    // Which of them was counted by a try before, and is a repeat already, the kills say.
    const results = answer.results.map((one: Json) => ({ ...one, replayed: true }));
    this.#repeatable.push({ path, user, body: { events }, key, answer: { ...answer, results } });
    for (const { customer } of events) this.#note(customer, 1, true);
  }

  /** A hold that is renewed once. Only the last renewal is answered again, so that is looked at here. */
  async #hold(user: string, key: string): Promise<void> {
    const { hold } = await this.#insist('/api/usage/holds', user, { amount: 5 }, key);
    const path = `/api/usage/holds/${hold.id}/renew`;
    const renewed = await this.#answered(path, user, { used: 2 }, `${key}r`);
    this.#expectSame(
      `${path} ${key}`,
      renewed,
      await this.#answered(path, user, { used: 2 }, `${key}r`),
    );
    await this.#insist(`/api/usage/holds/${renewed.hold.id}/settle`, user, { used: 1 }, `${key}s`);
    this.#note(user, 3, true);
  }

  /** A server that spends what it leased, some of it while there is no edge. */
  async #lease(user: string): Promise<void> {
    const lease = await this.#dream.usage.lease({ customer: user, size: LEASE_UNITS });
    for (let used = 0; used < 2 * LEASE_UNITS + 1; used++) {
      const { allowed } = await lease.admit();
      if (allowed) this.#note(user, 1, true);
      else this.#faults.push(`${user}: a lease was refused without a limit`);
    }
    await lease.close();
  }

  #expectSame(what: string, first: unknown, again: unknown): void {
    if (!isDeepStrictEqual(again, first))
      this.#faults.push(`${what}: ${JSON.stringify(first)}, then ${JSON.stringify(again)}`);
  }

  /** What is not as it was acknowledged. */
  async faults(): Promise<string[]> {
    for (const { path, user, body, key, answer } of this.#repeatable)
      this.#expectSame(`${path} ${key}`, answer, await this.#try(path, user, body, key));
    for (const [user, { acknowledged, unheard }] of this.#units) {
      const isOfCredits = user.startsWith('credi');
      const path = isOfCredits ? '/api/usage?feature=tokens' : '/api/usage';
      const { usageCount = -1 } = (await this.#try(path, user, null)) ?? {};
      if (usageCount < acknowledged || usageCount > acknowledged + unheard)
        this.#faults.push(`${user}: ${usageCount} of ${acknowledged} units, ${unheard} unheard`);
      if (isOfCredits) await this.#lookAtCredits(user, acknowledged);
    }
    for (const subscriber of this.#subscribers.values()) await this.#lookAtBill(subscriber);
    if (this.#units.size < CALLERS) this.#faults.push('Nothing was acknowledged to some');
    return this.#faults;
  }

  /** What was drawn is what was counted, and the ledger adds up to what is left. */
  async #lookAtCredits(user: string, usedUnits: number): Promise<void> {
    const { balanceUnits, entries = [] } = (await this.#try('/api/credits', user, null)) ?? {};
    const leftUnits = ALLOWANCE_UNITS - usedUnits * WEIGHT;
    const inLedger = entries.reduce((sum: number, { units }: Json) => sum + units, 0);
    if (balanceUnits !== leftUnits || inLedger !== leftUnits)
      this.#faults.push(
        `${user}: ${balanceUnits} credits, ${inLedger} in the ledger, not ${leftUnits}`,
      );
  }

  /** Each unit above the limit is on the bill of its period, a cent for each. */
  async #lookAtBill({ id, email }: Subscriber): Promise<void> {
    const aboveUnits = (this.#units.get(id)?.acknowledged ?? 0) - SOFT_LIMIT;
    await this.#answered(`/api/customers/${id}/clock`, id, { to: 'renewal' }, `${id}-renewal`);
    const answer = await fetch(`${this.#target.stripe}/v1/invoices?limit=100`, {
      headers: { authorization: `Bearer ${PLATFORM_KEY}` },
    });
    const { data } = (await answer.json()) as Json;
    const bill = data.find(
      (one: Json) => one.customer_email === email && one.billing_reason === 'subscription_cycle',
    );
    if (bill?.amount_paid !== PRICE_MINOR + aboveUnits)
      this.#faults.push(`${id}: ${bill?.amount_paid} cents paid for ${aboveUnits} units above`);
  }
}

const loadOf = (caller: number): Load => LOADS[caller % LOADS.length] ?? 'holds';
