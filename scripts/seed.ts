import { type Caller, seedShop } from './seed-shop.ts';

/**
 * What the seed made or found: the test keys of the demo project, a price of its shop, and what
 * developers sign in by.
 */
export interface Seeded {
  project: { id: string; pk: string; sk: string };
  featured: string;
  platform: { pk: string };
}

/** Where to seed, and what opens it. */
export interface SeedTarget {
  edge: string;
  operatorSecret: string;
  stripe: string;
  /** A secret key of an earlier seed, used again while it is good. */
  knownSk: string | null;
}

type Json = Record<string, any>;

const TIERS: Record<string, Json> = {
  free: {
    displayName: 'Free',
    description: 'To try it out.',
    features: [{ kind: 'metered', name: 'requests', limitUnits: 10 }],
    highlights: ['10 poems a month', 'No card needed'],
    isDefault: true,
    rateLimitPerMinute: 1000,
    position: 0,
  },
  pro: {
    displayName: 'Pro',
    description: 'For people who write every day.',
    prices: [
      { priceMinor: 1900, currency: 'usd', interval: 'month' },
      { priceMinor: 19_000, currency: 'usd', interval: 'year' },
    ],
    features: [{ kind: 'metered', name: 'requests', limitUnits: 1000 }],
    highlights: ['1,000 poems a month', 'Every style', 'Answers by e-mail'],
    popular: true,
    rateLimitPerMinute: 1000,
    position: 1,
  },
  studio: {
    displayName: 'Studio',
    description: 'For houses with many pens.',
    prices: [
      { priceMinor: 4900, currency: 'usd', interval: 'month' },
      { priceMinor: 49_000, currency: 'usd', interval: 'year' },
    ],
    features: [{ kind: 'metered', name: 'requests', limitUnits: 10_000 }],
    highlights: ['10,000 poems a month', 'Every style', 'A person to call'],
    rateLimitPerMinute: 1000,
    position: 2,
  },
};

const PLATFORM_TIERS: Record<string, Json> = {
  free: {
    displayName: 'Free',
    description: 'Test mode, to build with.',
    features: [{ kind: 'metered', name: 'customers', limitUnits: 100 }],
    highlights: ['Test mode', '100 end users'],
    isDefault: true,
  },
  pro: {
    displayName: 'Pro',
    description: 'Everything, live.',
    prices: [{ priceMinor: 1900, currency: 'usd', interval: 'month' }],
    features: [
      {
        kind: 'metered',
        name: 'customers',
        limitUnits: 2000,
        overage: { perUnits: 1, prices: [{ priceMinor: 3, currency: 'usd' }] },
      },
    ],
    highlights: ['Live mode', '2,000 end users a month'],
    trialDays: 14,
    popular: true,
    rateLimitPerMinute: null,
    position: 1,
  },
};

/**
 * Makes, through the management routes, the platform's project, the demo project with a connected
 * sandbox account in both modes, and a second tenant. Safe to repeat: what is there is used.
 */
export async function seed(target: SeedTarget): Promise<Seeded> {
  const call = caller(target);
  const projects = ((await call('GET', '/api/projects')).projects as Json[]) ?? [];
  const ensure = async (name: string, ownerEmail: string, id?: string) =>
    projects.find((project) => (id ? project.id === id : project.name === name)) ??
    (await call('POST', '/api/projects', { name, ownerEmail, ...(id ? { id } : {}) })).project;

  const platform = await ensure('dream', 'operator@dream.example', 'prj_dream');
  for (const mode of ['test', 'live']) await putTiers(call, platform.id, mode, PLATFORM_TIERS);
  await givePlans(call, target, platform.id, ['ada@versa.example', 'grace@second.example']);
  const demo = await ensure('Versa', 'ada@versa.example');
  const second = await ensure('Second shop', 'grace@second.example');

  for (const mode of ['test', 'live']) {
    await connect(call, target, demo.id, mode, 'acct_sandboxversa');
    await putTiers(call, demo.id, mode, TIERS);
    await connect(call, target, second.id, mode, 'acct_sandboxsecond');
    await putTiers(call, second.id, mode, TIERS);
  }
  await seedShop(call, demo.id, 'live');
  return {
    featured: await seedShop(call, demo.id, 'test'),
    project: {
      id: demo.id,
      pk: demo.publishableKeys.test,
      sk: await testKey(call, target, demo.id),
    },
    platform: { pk: platform.publishableKeys.live },
  };
}

/**
 * Makes the platform's own project with its plans, in both modes. One that has plans is left as its
 * operator made it. Safe to repeat.
 */
export async function ensurePlatform(
  target: Pick<SeedTarget, 'edge' | 'operatorSecret'>,
  ownerEmail: string,
): Promise<void> {
  const call = caller(target);
  const { projects } = await call('GET', '/api/projects');
  const id = 'prj_dream';
  if (!(projects as Json[]).some((project) => project.id === id))
    await call('POST', '/api/projects', { name: 'dream', ownerEmail, id });
  for (const mode of ['test', 'live']) {
    const { tiers } = await call('GET', `/api/projects/${id}/${mode}/tiers`);
    // The plan that costs is made last, so that its being there says that all are.
    if (!(tiers as Json[]).some(({ name }) => name === 'pro'))
      await putTiers(call, id, mode, PLATFORM_TIERS);
  }
}

/** Lets developers sign in on the dashboard's pages. Safe to repeat; other origins stay. */
export async function allowDashboard(
  target: Pick<SeedTarget, 'edge' | 'operatorSecret'>,
  origin: string,
): Promise<void> {
  const call = caller(target);
  const path = '/api/projects/prj_dream/live/origins';
  const { origins } = await call('GET', path);
  if (!origins.includes(origin)) await call('PUT', path, { origins: [...origins, origin] });
}

function caller({ edge, operatorSecret }: Pick<SeedTarget, 'edge' | 'operatorSecret'>): Caller {
  return async (method, path, body) => {
    const isBytes = body instanceof Uint8Array;
    const type = isBytes ? 'application/octet-stream' : 'application/json';
    const answer = await fetch(edge + path, {
      method,
      headers: { authorization: `Bearer ${operatorSecret}`, 'content-type': type },
      ...(body ? { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as Json;
  };
}

/** Gives developers the paid plan, as an operator does for who pays otherwise. */
async function givePlans(
  call: Caller,
  { edge }: SeedTarget,
  platform: string,
  emails: readonly string[],
): Promise<void> {
  const keys = `/api/projects/${platform}/live/keys`;
  const { key, secret } = await call('POST', keys, { name: 'Seed' });
  const bySecret = caller({ edge, operatorSecret: String(secret) });
  for (const email of emails) {
    const { customers } = await bySecret(
      'GET',
      `/api/customers?email=${encodeURIComponent(email)}`,
    );
    if (customers.length === 0) await bySecret('POST', '/api/customers', { email, plan: 'pro' });
  }
  await call('DELETE', `${keys}/${key.id}`);
}

async function putTiers(
  call: Caller,
  project: string,
  mode: string,
  tiers: Record<string, Json>,
): Promise<void> {
  for (const [name, tier] of Object.entries(tiers))
    await call('PUT', `/api/projects/${project}/${mode}/tiers/${name}`, tier);
}

/** Connects a sandbox account as a developer would, but with the sandbox's code instead of a click. */
async function connect(
  call: Caller,
  { stripe }: SeedTarget,
  project: string,
  mode: string,
  account: string,
): Promise<void> {
  const base = `/api/projects/${project}/${mode}/stripe`;
  const { connection } = await call('GET', base);
  if (connection.connected) return;
  const { state } = await call('POST', `${base}/start`, {
    redirectUrl: 'http://localhost:5173/stripe',
  });
  const answer = await fetch(`${stripe}/_sandbox/connect`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      mode,
      account,
      name: account.includes('versa') ? 'Versa' : 'Second shop',
    }),
  });
  const { code } = (await answer.json()) as { code: string };
  const { account: shown } = await call('POST', base, { code, state });
  await call('POST', `${base}/confirm`, { stripeAccountId: shown.stripeAccountId });
}

/** The known key while the edge still takes it, else a new one. */
async function testKey(
  call: Caller,
  { edge, knownSk }: SeedTarget,
  project: string,
): Promise<string> {
  if (knownSk) {
    const answer = await fetch(`${edge}/api/tiers`, {
      headers: { authorization: `Bearer ${knownSk}` },
    });
    if (answer.ok) return knownSk;
  }
  return String(
    (await call('POST', `/api/projects/${project}/test/keys`, { name: 'Demo server' })).secret,
  );
}
