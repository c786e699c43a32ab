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

/** Two projects with what calls are about, and a book of what the first one's customers were granted. */
export class FuzzWorld {
  readonly target: Target;
  readonly #names = new Map<string, string>();
  /** The customer by each of its names. */
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
    for (const own of ['ada', 'eve']) await world.#meet(own);
    await world.audit();
    return world;
  }

  async #manage(method: string, path: string, body?: object, sk?: string): Promise<any> {
    const said = await this.#send({
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
    const made = await this.#manage('POST', '/api/sessions', { externalId: 'ada' }, secret);
    set('customer', made.customer.id);
    set('session', made.accessToken);
    set('own', 'ada');
  }

  async #meet(own: string): Promise<void> {
    const sk = this.#names.get('{sk}') ?? '';
    const { customer } = await this.#manage('POST', '/api/sessions', { externalId: own }, sk);
    this.#customers.set(own, customer.id);
    this.#customers.set(customer.id, customer.id);
  }

  /** A text with its names filled in. */
  fill(text: string): string {
    return text.replace(/\{[a-z ]+\}/g, (name) => this.#names.get(name) ?? name);
  }

  async #send(call: Omit<FuzzCall, 'route'>): Promise<Said> {
    const { method, path, headers, body } = call;
    const answer = await fetch(`${this.target.url}${path}`, {
      method,
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') && text !== '';
    const json = isJson ? JSON.parse(text) : undefined;
    return { status: answer.status, headers: answer.headers, text, json };
  }

  /** Makes a call, and answers what is wrong with what came of it; null for nothing. */
  async make(call: FuzzCall): Promise<string | null> {
    const headers = Object.fromEntries(
      Object.entries(call.headers).map(([name, value]) => [name, this.fill(value)]),
    );
    const body = call.body === null ? null : this.fill(call.body);
    const path = this.fill(call.path);
    const said = await this.#send({ method: call.method, path, headers, body });
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
    if (RECOUNTING.has(route)) this.#isKnown = false;
    const name = headers['x-user-id']?.trim() ?? (headers['x-user-token'] ? 'ada' : '');
    const isReplay = answered.get('idempotent-replayed') === 'true';
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
    const customer = this.#customers.get(name);
    if (customer === undefined) return;
    if (units === null) this.#isKnown = false;
    const key = `${customer} ${feature}`;
    this.#admitted.set(key, (this.#admitted.get(key) ?? 0) + (units ?? 0));
  }

  /** Compares counts with what was granted since the last audit; answers what does not add up. */
  async audit(): Promise<string | null> {
    const now = new Map<string, number>();
    for (const customer of new Set(this.#customers.values()))
      for (const feature of FEATURES) {
        const path = `/api/usage?feature=${feature}`;
        const authorization = this.fill('Bearer {sk}');
        const headers = { authorization, 'x-user-id': customer };
        const { status, json } = await this.#send({ method: 'GET', path, headers, body: null });
        if (status === 200) now.set(`${customer} ${feature}`, json.usageCount);
      }
    const faults = [...now].flatMap(([key, count]) => {
      const before = this.#isKnown ? this.#read.get(key) : undefined;
      const wanted = (before ?? 0) + (this.#admitted.get(key) ?? 0);
      return before === undefined || count === wanted
        ? []
        : [`${key}: ${count} units are counted, and ${wanted} were granted`];
    });
    this.#read = now;
    this.#admitted.clear();
    this.#isKnown = true;
    return faults[0] ?? null;
  }

  /** Whether there is nothing left to call: it was deleted by a call that may do that. */
  get isSpent(): boolean {
    return this.#read.size === 0;
  }
}

function amountOf(body: string | null): number | null {
  try {
    return JSON.parse(body || '{}').amount ?? 1;
  } catch {
    return null;
  }
}
