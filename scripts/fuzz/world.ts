import { Agent, type IncomingMessage, request } from 'node:http';
import type { FuzzCall } from './calls.ts';
import { faultOf, type Said } from './judge.ts';

/** Where to call, and what opens it. */
export interface Target {
  url: string;
  operatorSecret: string;
}

/** Routes that change a count in a way that an answer's units do not say. */
const RECOUNTING = new Set([
  'adjustUsage',
  'moveCustomer',
  'moveManagedCustomer',
  'deleteCustomer',
  'deleteManagedCustomer',
  'deleteMe',
  'updateSettings',
]);
/** A call that takes longer is answered by nothing. */
const PATIENCE_MS = 20_000;
const FEATURES = ['requests', 'exports'] as const;
const OWN_IDS = ['ada', 'eve'] as const;
/** One for all worlds: `fetch` would take four times as long for a call, most of the fuzz's own time. */
const agent = new Agent({ keepAlive: true });

/** Two projects with what calls are about, and a book of what the first one's customers were granted. */
export class FuzzWorld {
  readonly target: Target;
  readonly #names = new Map<string, string>();
  /** The customers by the developer's own ids. */
  readonly #customers = new Map<string, string>();
  /** Counts when last read, by customer and feature; empty when they have to be read again. */
  #read = new Map<string, number>();
  #admitted = new Map<string, number>();
  #isKnown = false;

  private constructor(target: Target) {
    this.target = target;
  }

  static async open(target: Target): Promise<FuzzWorld> {
    const world = new FuzzWorld(target);
    await world.#makeProject('');
    await world.#makeProject('other ');
    await world.#meetAll();
    return world;
  }

  async #manage(method: string, path: string, body?: object, sk?: string): Promise<any> {
    const said = await send(this.target.url, {
      method,
      path,
      headers: {
        authorization: `Bearer ${sk ?? this.target.operatorSecret}`,
        'content-type': 'application/json',
      },
      body: body ? JSON.stringify(body) : null,
    });
    if (said.status >= 300) throw new Error(`${method} ${path}: ${said.text}`);
    return said.json;
  }

  async #makeProject(prefix: string): Promise<void> {
    const set = (name: string, value: string) => this.#names.set(`{${prefix}${name}}`, value);
    const { project } = await this.#manage('POST', '/api/projects', {
      name: 'Fuzz',
      ownerEmail: 'fuzz@example.com',
    });
    const base = `/api/projects/${project.id}/test`;
    const metered = (name: string, limitUnits: number) => ({ kind: 'metered', name, limitUnits });
    for (const [name, limit] of Object.entries({ free: 50, big: 5000 }))
      await this.#manage('PUT', `${base}/tiers/${name}`, {
        displayName: name,
        features: [metered('requests', limit), metered('exports', limit)],
        isDefault: name === 'free',
        rateLimitPerMinute: 1000,
      });
    const { secret } = await this.#manage('POST', `${base}/keys`, { name: 'Fuzz' });
    set('project', project.id);
    set('pk', project.publishableKeys.test);
    set('sk', secret);
    set('operator', this.target.operatorSecret);
    if (prefix !== '') await this.#meet('ada', prefix);
  }

  /** Makes a customer, or takes the one who goes by that name now. */
  async #meet(own: string, prefix = ''): Promise<void> {
    const sk = this.#names.get(`{${prefix}sk}`) ?? '';
    const made = await this.#manage('POST', '/api/sessions', { externalId: own }, sk);
    if (prefix === '') this.#customers.set(own, made.customer.id);
    if (own !== 'ada') return;
    this.#names.set(`{${prefix}customer}`, made.customer.id);
    this.#names.set(`{${prefix}session}`, made.accessToken);
    this.#names.set(`{${prefix}own}`, own);
  }

  /** A text with its names filled in. */
  fill(text: string): string {
    return text.replace(/\{[a-z ]+\}/g, (name) => this.#names.get(name) ?? name);
  }

  /** Makes a call, and answers what is wrong with what came of it; null for nothing. */
  async make(call: FuzzCall): Promise<string | null> {
    const headers = Object.fromEntries(
      Object.entries(call.headers).map(([name, value]) => [name, this.fill(value)]),
    );
    const body = call.body === null ? null : this.fill(call.body);
    const path = this.fill(call.path);
    const said = await send(this.target.url, { method: call.method, path, headers, body });
    const { pathname } = new URL(path, this.target.url);
    const fault = faultOf(call.method, pathname, said);
    if (fault) return `${fault}: ${said.text.slice(0, 400)}`;
    // A call whose method was changed is another route's.
    const isTracked = call.method === 'POST' && /^\/api\/(usage|data)$/.test(pathname);
    const route = isTracked ? 'trackUsage' : call.route;
    if (said.status < 300) await this.#book(route, headers, body, said);
    return null;
  }

  /** Notes what an answer says was counted. */
  async #book(
    route: string,
    headers: Record<string, string>,
    body: string | null,
    { json, headers: answered }: Said,
  ): Promise<void> {
    // The other project has customers of the same names: they are in no book.
    if (headers.authorization === this.fill('Bearer {other sk}')) return;
    if (RECOUNTING.has(route)) this.#isKnown = false;
    const name = headers['x-user-id']?.trim() ?? (headers['x-user-token'] ? 'ada' : '');
    const isReplay = answered['idempotent-replayed'] === 'true';
    if (route === 'trackUsage' && !isReplay && json?.usage)
      this.#admit(name, json.usage.feature, amountOf(body));
    if (route === 'trackBatch' && json?.results) {
      const { events } = JSON.parse(body ?? '{}');
      for (const [at, result] of json.results.entries())
        if (result.ok && !result.replayed)
          this.#admit(events[at].customer.trim(), result.usage.feature, events[at].amount ?? 1);
    }
    // A hold that was granted is given back, so that none expires in a later audit.
    if (json?.hold?.id && !isReplay) {
      this.#names.set('{hold}', json.hold.id);
      const sk = this.#names.get('{sk}');
      const path = `/api/usage/holds/${json.hold.id}/settle`;
      await this.#manage('POST', path, { used: 0 }, sk).catch(() => {
        this.#isKnown = false;
      });
      if (route === 'renewHold') this.#isKnown = false;
    }
  }

  #admit(name: string, feature: string, units: number | null): void {
    const isId = [...this.#customers.values()].includes(name);
    const customer = isId ? name : this.#customers.get(name);
    if (customer === undefined) return;
    if (units === null) this.#isKnown = false;
    const key = `${customer} ${feature}`;
    this.#admitted.set(key, (this.#admitted.get(key) ?? 0) + (units ?? 0));
  }

  /** Compares counts with what was granted since the last audit; answers what does not add up. */
  async audit(): Promise<string | null> {
    const now = await this.#counts();
    const faults = [...now].flatMap(([key, count]) => {
      const before = this.#isKnown ? this.#read.get(key) : undefined;
      const wanted = (before ?? 0) + (this.#admitted.get(key) ?? 0);
      return before === undefined || count === wanted
        ? []
        : [`${key}: ${count} units are counted, and ${wanted} were granted`];
    });
    this.#read = now.size > 0 ? await this.#replaceGone(now) : now;
    this.#admitted.clear();
    this.#isKnown = true;
    return faults[0] ?? null;
  }

  async #counts(): Promise<Map<string, number>> {
    const authorization = this.fill('Bearer {sk}');
    const asked = [...new Set(this.#customers.values())].flatMap((customer) =>
      FEATURES.map(async (feature): Promise<[string, number][]> => {
        const path = `/api/usage?feature=${feature}`;
        const headers = { authorization, 'x-user-id': customer };
        const call = { method: 'GET', path, headers, body: null };
        const { status, json } = await send(this.target.url, call);
        return status === 200 ? [[`${customer} ${feature}`, json.usageCount]] : [];
      }),
    );
    return new Map((await Promise.all(asked)).flat());
  }

  /** Customers whom a call deleted are made anew, so that the calls after it have somebody to count for. */
  async #replaceGone(now: Map<string, number>): Promise<Map<string, number>> {
    const isGone = (own: string) => !now.has(`${this.#customers.get(own)} ${FEATURES[0]}`);
    const gone = OWN_IDS.filter(isGone);
    if (gone.length === 0) return now;
    await Promise.all(gone.map((own) => this.#meetAgain(own)));
    return this.#counts();
  }

  /** Makes a customer anew who was deleted; who was banned stays so, and stays away. */
  async #meetAgain(own: string): Promise<void> {
    try {
      await this.#meet(own);
    } catch (error) {
      if (!String(error).includes('"customer_banned"')) throw error;
    }
  }

  /** Makes anew what a call has ended: a suspended project is resumed, a deleted one is made again. */
  async revive(): Promise<void> {
    if (this.#read.size > 0) return;
    await this.#manage('POST', this.fill('/api/projects/{project}/resume')).catch(() => null);
    await this.audit();
    if (this.#read.size > 0) return;
    await this.#makeProject('');
    await this.#meetAll();
  }

  async #meetAll(): Promise<void> {
    await Promise.all(OWN_IDS.map((own) => this.#meet(own)));
    this.#isKnown = false;
    await this.audit();
  }
}

function amountOf(body: string | null): number | null {
  try {
    return JSON.parse(body || '{}').amount ?? 1;
  } catch {
    return null;
  }
}

async function send(base: string, call: Omit<FuzzCall, 'route'>): Promise<Said> {
  const { method, headers, body } = call;
  const { hostname, port, pathname, search } = new URL(call.path, base);
  const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        agent,
        hostname,
        port,
        path: pathname + search,
        method,
        headers: { ...headers, ...length },
        signal: AbortSignal.timeout(PATIENCE_MS),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => resolve(saidOf(answer, Buffer.concat(chunks).toString())));
      },
    );
    asked.on('error', reject);
    asked.end(body ?? undefined);
  });
}

function saidOf({ statusCode: status = 0, headers }: IncomingMessage, text: string): Said {
  const isJson = headers['content-type']?.includes('json') && text !== '';
  return { status, headers, text, json: isJson ? JSON.parse(text) : undefined };
}
