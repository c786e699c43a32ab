import { env, exports } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../src/env.ts';
import { signAccessToken, verifyAccessToken } from '../src/sessions/access-token.ts';
import { Shop } from './billing-shop.ts';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';

const config = parseConfig(env);

/** A page's socket. Whatever comes is kept, so that nothing said is missed. */
class Socket {
  readonly #socket: WebSocket;
  readonly #kept: unknown[] = [];
  readonly #closed = Promise.withResolvers<number>();
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      this.#kept.push(JSON.parse(String(data)));
      this.#wake();
    });
    socket.addEventListener('close', ({ code }) => this.#closed.resolve(code));
    socket.accept();
  }

  send(message: object | string | ArrayBuffer): void {
    const isRaw = typeof message === 'string' || message instanceof ArrayBuffer;
    this.#socket.send(isRaw ? message : JSON.stringify(message));
  }

  say(accessToken: string): void {
    this.send({ type: 'auth', accessToken });
  }

  /** The next message, as soon as it is there. */
  async next(): Promise<unknown> {
    while (this.#kept.length === 0) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#kept.shift();
  }

  /** The code the socket was closed with, and what was said before that nobody took. */
  async closed(): Promise<{ code: number; said: unknown[] }> {
    return { code: await this.#closed.promise, said: this.#kept };
  }
}

interface SignedIn {
  accessToken: string;
  refreshToken: string;
  customer: { id: string };
}

async function signIn({ sk }: TestEnvironment, externalId = 'ada'): Promise<SignedIn> {
  const answer = await call('POST', '/api/sessions', { key: sk, body: { externalId } });
  expect(answer.status).toBe(200);
  return answer.body;
}

/** Two customers of one shard: whom a mistake in it would mix up. */
async function neighbours(shop: TestEnvironment): Promise<[SignedIn, SignedIn]> {
  const byShard = new Map<string, SignedIn>();
  for (let people = 0; ; people++) {
    const next = await signIn(shop, `person-${people}`);
    const shard = shardOf(next);
    const other = byShard.get(shard);
    if (other) return [other, next];
    byShard.set(shard, next);
  }
}

const shardOf = ({ customer }: SignedIn): string => customer.id.slice(5, 7);

const upgrade = (pk: string, shard: string, headers: object = { upgrade: 'websocket' }) =>
  exports.default.fetch(
    new Request(`https://edge.test/api/live?pk=${pk}&shard=${shard}`, {
      headers: headers as Record<string, string>,
    }),
  );

async function open(pk: string, shard: string): Promise<Socket> {
  const { status, webSocket } = await upgrade(pk, shard);
  if (status !== 101 || !webSocket) throw new Error(`No socket, but ${status}`);
  return new Socket(webSocket);
}

/** The socket of a customer who said who it is, and was told its usage. */
async function openAs({ pk }: TestEnvironment, signedIn: SignedIn): Promise<Socket> {
  const socket = await open(pk, shardOf(signedIn));
  socket.say(signedIn.accessToken);
  expect(await socket.next()).toEqual({ type: 'ready' });
  expect(await socket.next()).toMatchObject({
    type: 'usage',
    usage: { userId: signedIn.customer.id, feature: 'requests', usageCount: 0 },
  });
  return socket;
}

const track = ({ sk }: TestEnvironment, user: string) =>
  call('POST', '/api/usage', { key: sk, user });

it('a page hears of every feature that draws on a balance when one of them does', async () => {
  const shop = await createEnvironment();
  await manage('PUT', `/api/projects/${shop.id}/test/tiers/free`, {
    displayName: 'Free',
    features: [
      { kind: 'metered', name: 'requests', limitUnits: 10 },
      { kind: 'credits', name: 'chat', weight: 1 },
      { kind: 'credits', name: 'image', weight: 10 },
    ],
    credits: { allowanceUnits: 100, rollOverCapUnits: 0 },
    rateLimitPerMinute: null,
  });
  const ada = await signIn(shop);
  const socket = await openAs(shop, ada);
  const hears = async () => {
    const { usage } = (await socket.next()) as { usage: Record<string, unknown> };
    return [usage.feature, usage.remaining];
  };
  const body = { feature: 'image', amount: 3 };
  await call('POST', '/api/usage', { key: shop.sk, user: ada.customer.id, body });
  expect([await hears(), await hears()]).toEqual([
    ['image', 7],
    ['chat', 70],
  ]);
  const gift = { key: shop.sk, user: ada.customer.id, body: { units: 20 } };
  await call('POST', '/api/credits/grants', gift);
  expect(await socket.next()).toEqual({ type: 'customer' });
  expect([await hears(), await hears()]).toEqual([
    ['chat', 90],
    ['image', 9],
  ]);
});

describe('the socket of a page', () => {
  it.each([
    ['without an upgrade', '00', {}],
    ['with a shard that is none', 'zz', { upgrade: 'websocket' }],
    ['with a shard of another form', '../1', { upgrade: 'websocket' }],
    ['without a shard', '', { upgrade: 'websocket' }],
  ])('is refused %s, by an error that names what to send', async (_, shard, headers) => {
    const { pk } = await createEnvironment();
    const answer = await upgrade(pk, shard, headers);
    expect([answer.status, answer.webSocket ?? null]).toEqual([400, null]);
    expect(await answer.json()).toMatchObject({
      code: 'invalid_request',
      issues: [{ path: 'shard' }],
    });
  });

  it('is refused without a key', async () => {
    expect((await upgrade('', '00')).status).toBe(401);
  });

  it('tells nothing before it said who it is', async () => {
    const shop = await createEnvironment();
    const ada = await signIn(shop);
    const socket = await open(shop.pk, shardOf(ada));
    expect((await track(shop, 'ada')).status).toBe(200);
    socket.say(ada.accessToken);
    expect(await socket.next()).toEqual({ type: 'ready' });
    expect(await socket.next()).toMatchObject({ type: 'usage', usage: { usageCount: 1 } });
    expect((await track(shop, 'ada')).status).toBe(200);
    expect(await socket.next()).toMatchObject({ type: 'usage', usage: { usageCount: 2 } });
  });
});

describe('sockets that never say who they are', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('fill a shard for ten seconds and no longer', async () => {
    const { pk } = await createEnvironment();
    const openFrom = (address: number) =>
      upgrade(pk, '00', { upgrade: 'websocket', 'cf-connecting-ip': `192.0.2.${address}` });
    const opened = await Promise.all(Array.from({ length: 500 }, (_, nth) => openFrom(nth % 5)));
    expect(new Set(opened.map(({ status }) => status))).toEqual(new Set([101]));
    const refused = await openFrom(6);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await refused.json()).toMatchObject({ code: 'temporarily_unavailable' });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_001 });
    expect((await openFrom(7)).status).toBe(101);
  });
});

it('a page hears at once of a count that was changed by hand', async () => {
  const shop = await createEnvironment();
  const ada = await signIn(shop);
  await track(shop, 'ada');
  const socket = await open(shop.pk, shardOf(ada));
  socket.say(ada.accessToken);
  expect(await socket.next()).toEqual({ type: 'ready' });
  expect(await socket.next()).toMatchObject({ type: 'usage', usage: { usageCount: 1 } });
  const path = `/api/projects/${shop.id}/${shop.mode}/customers/ada/usage`;
  await manage('POST', path, { kind: 'reset' });
  expect(await socket.next()).toMatchObject({ type: 'usage', usage: { usageCount: 0 } });
});

describe('the first message', () => {
  it.each([
    ['of another type', { type: 'hello', accessToken: 'ey' }],
    ['without a token', { type: 'auth' }],
    ['with a token that is no text', { type: 'auth', accessToken: 7 }],
    ['that is no object', 'null'],
    ['that is no JSON', 'garbage'],
    ['that is empty', ''],
    ['of bytes', new TextEncoder().encode('{"type":"auth","accessToken":"ey"}').buffer],
    ['that is huge', { type: 'auth', accessToken: 'e'.repeat(6_000) }],
  ])('%s closes the socket', async (_, message) => {
    const socket = await open((await createEnvironment()).pk, '00');
    socket.send(message);
    expect(await socket.closed()).toEqual({ code: 4400, said: [] });
  });

  it('after the first closes the socket', async () => {
    const shop = await createEnvironment();
    const ada = await signIn(shop);
    const socket = await openAs(shop, ada);
    socket.say(ada.accessToken);
    expect(await socket.closed()).toEqual({ code: 4400, said: [] });
  });

  /** How a socket is closed that said it is the owner of a token. */
  const refusal = async (pk: string, shard: string, accessToken: string) => {
    const socket = await open(pk, shard);
    socket.say(accessToken);
    return socket.closed();
  };
  const signInRequired = { code: 4401, said: [] };

  it('with a token that is none, was changed or is over closes the socket', async () => {
    const shop = await createEnvironment();
    const ada = await signIn(shop);
    const claims = await verifyAccessToken(config, ada.accessToken, Date.now());
    const old = await signAccessToken(config, claims, Date.now() - 600_000);
    const [head = '', payload = '', mac = ''] = ada.accessToken.split('.');
    const others = payload.replace(/^./, (first) => (first === 'e' ? 'f' : 'e'));
    for (const token of ['ey', old.accessToken, `${head}.${others}.${mac}`, `${head}.${payload}.`])
      expect(await refusal(shop.pk, shardOf(ada), token)).toEqual(signInRequired);
  });

  it('with the token of another project closes the socket', async () => {
    const [shop, other] = await Promise.all([createEnvironment(), createEnvironment()]);
    const stranger = await signIn(other);
    expect(await refusal(shop.pk, shardOf(stranger), stranger.accessToken)).toEqual(signInRequired);
  });

  it('with the token of the other mode closes the socket', async () => {
    const live = await createEnvironment('live');
    const ada = await signIn(live);
    const { project } = await manage('GET', `/api/projects/${live.id}`);
    expect(await refusal(project.publishableKeys.test, shardOf(ada), ada.accessToken)).toEqual(
      signInRequired,
    );
    await openAs(live, ada);
  });

  it('at a shard that is not the customer’s closes the socket', async () => {
    const shop = await createEnvironment();
    const ada = await signIn(shop);
    expect(await refusal(shop.pk, shardOf(ada) === '00' ? '01' : '00', ada.accessToken)).toEqual(
      signInRequired,
    );
  });

  it('of a session that ended closes the socket, though its token is good for minutes', async () => {
    const shop = await createEnvironment();
    const ada = await signIn(shop);
    const body = { refreshToken: ada.refreshToken };
    await call('POST', `/api/sessions/end?pk=${shop.pk}`, { body });
    expect(await refusal(shop.pk, shardOf(ada), ada.accessToken)).toEqual(signInRequired);
  });
});

describe('a socket that said who it is', () => {
  it('is told its usage when the customer’s server counts a unit, and no neighbour’s', async () => {
    const shop = await createEnvironment();
    const [ada, bob] = await neighbours(shop);
    const [adas, bobs] = await Promise.all([openAs(shop, ada), openAs(shop, bob)]);
    await track(shop, bob.customer.id);
    await track(shop, bob.customer.id);
    await track(shop, ada.customer.id);
    expect(await adas.next()).toMatchObject({
      type: 'usage',
      usage: { userId: ada.customer.id, usageCount: 1, limit: 3, remaining: 2 },
    });
    for (const usageCount of [1, 2])
      expect(await bobs.next()).toMatchObject({
        type: 'usage',
        usage: { userId: bob.customer.id, usageCount },
      });
  });

  it('is told when its plan is changed', async () => {
    const shop = await createEnvironment();
    const ada = await signIn(shop);
    const socket = await openAs(shop, ada);
    const answer = await call('PATCH', `/api/customers/${ada.customer.id}`, {
      key: shop.sk,
      body: { plan: 'team' },
    });
    expect(answer.status).toBe(200);
    expect(await socket.next()).toEqual({ type: 'plan', plan: 'team' });
  });

  it('is told when its subscription is to end and when it is not, though the plan stays', async () => {
    const shop = await Shop.open();
    const { project } = await manage('GET', `/api/projects/${shop.ref.projectId}`);
    const page = {
      id: project.id,
      mode: 'test' as const,
      pk: project.publishableKeys.test,
      sk: shop.sk,
    };
    const ada = await signIn(page);
    await shop.buy(ada.customer.id, 'pro');
    const socket = await open(page.pk, shardOf(ada));
    socket.say(ada.accessToken);
    expect(await socket.next()).toEqual({ type: 'ready' });
    expect(await socket.next()).toMatchObject({ type: 'usage', usage: { plan: 'pro' } });
    const [bought] = await shop.subscriptionsAtStripe(ada.customer.id);
    const object = { id: bought?.id, object: 'subscription', customer: bought?.customer };
    for (const cancel_at_period_end of [true, false]) {
      await shop.stripe.subscriptions.update(
        bought?.id ?? '',
        { cancel_at_period_end },
        shop.onAccount,
      );
      // The same twice: what is known is told nobody again.
      for (const _ of [1, 2]) await shop.hear('customer.subscription.updated', object);
      const { subscription } = await shop.customer(ada.customer.id);
      expect(subscription?.endsAtMs === null).toBe(!cancel_at_period_end);
      expect(await socket.next()).toEqual({ type: 'customer' });
    }
    await track(page, ada.customer.id);
    expect(await socket.next()).toMatchObject({ type: 'usage', usage: { usageCount: 1 } });
  });

  it('is told that its session ended, and closed; a neighbour’s and another session stay', async () => {
    const shop = await createEnvironment();
    const [ada, bob] = await neighbours(shop);
    const again = (
      await call('POST', '/api/sessions', { key: shop.sk, body: { customer: ada.customer.id } })
    ).body;
    const [socket, other, bobs] = await Promise.all(
      [ada, again, bob].map((signedIn) => openAs(shop, signedIn)),
    );
    const body = { refreshToken: ada.refreshToken };
    await call('POST', `/api/sessions/end?pk=${shop.pk}`, { body });
    expect(await socket?.next()).toEqual({ type: 'signed_out' });
    expect(await socket?.closed()).toEqual({ code: 4401, said: [] });
    await track(shop, ada.customer.id);
    await track(shop, bob.customer.id);
    expect(await other?.next()).toMatchObject({ type: 'usage', usage: { usageCount: 1 } });
    expect(await bobs?.next()).toMatchObject({ type: 'usage', usage: { usageCount: 1 } });
  });

  it('is closed when its customer is deleted', async () => {
    const shop = await createEnvironment();
    const ada = await signIn(shop);
    const socket = await openAs(shop, ada);
    await call('DELETE', `/api/customers/${ada.customer.id}`, { key: shop.sk });
    expect(await socket.next()).toEqual({ type: 'signed_out' });
    expect((await socket.closed()).code).toBe(4401);
  });
});
