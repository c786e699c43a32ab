import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { assert, vi } from 'vitest';
import { moveBought } from '../src/credits/bought.job.ts';
import { shardOf } from '../src/customers/customer-id.ts';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { type Answer, call, manage, type TestEnvironment } from './harness.ts';
import {
  type Asked,
  type Chain,
  FEATURES,
  type Feature,
  ModelCustomer,
  type Period,
  type Shown,
  type Use,
  type Verdict,
} from './usage-model.ts';

const deps = await createDeps(env as unknown as Bindings);

/** A count can be written from here on, and not committed. */
const BREAK_DISK = [
  'CREATE TABLE IF NOT EXISTS nobody (id INTEGER PRIMARY KEY)',
  'CREATE TABLE IF NOT EXISTS orphan (id REFERENCES nobody DEFERRABLE INITIALLY DEFERRED)',
  'CREATE TRIGGER broken AFTER INSERT ON meter BEGIN INSERT INTO orphan VALUES (1); END',
];

/** One customer: what the model says of it, by what names it is known, and its holds' ids by turn. */
interface Person {
  model: ModelCustomer;
  id: string;
  own: string;
  holdIds: Map<Chain, string[]>;
}

/** The edge and the model side by side, and every way to ask both of them the same. */
export class World {
  readonly shop: TestEnvironment;
  readonly people: Person[] = [];
  readonly #startMs = Date.now();
  /** A key of a hold is asked for again while that hold is surely known. */
  #epoch = 0;

  private constructor(shop: TestEnvironment) {
    this.shop = shop;
  }

  static async begin(shop: TestEnvironment, period: Period): Promise<World> {
    const world = new World(shop);
    for (const own of ['ada', 'eve']) {
      const model = new ModelCustomer(period, Date.now());
      world.people.push({ model, id: '', own, holdIds: new Map() });
    }
    for (const person of world.people) await world.#meet(person);
    return world;
  }

  /** Its first use makes a customer, here by its own id. */
  async #meet(person: Person): Promise<void> {
    const { body } = await this.#get('/api/usage', person.own);
    person.id = body.userId;
    // Credits begin with the first look at them.
    await this.readCredits(person);
  }

  person(who: number): Person {
    return this.people[who % this.people.length] as Person;
  }

  #get(path: string, user: string): Promise<Answer> {
    return call('GET', path, { key: this.shop.sk, user });
  }

  #post(path: string, user: string | null, body: object, key?: string): Promise<Answer> {
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    return call('POST', path, { key: this.shop.sk, ...(user && { user }), body, headers });
  }

  pass(ms: number): void {
    vi.setSystemTime(Date.now() + ms);
    if (ms >= 3_600_000) this.#epoch += 1;
    for (const { model } of this.people) {
      model.tick(Date.now());
      model.forgetOld();
    }
  }

  /** One name or the other: it must make no difference. */
  use(person: Person, isOwn: boolean, { feature, amount, key }: Use): Promise<Answer> {
    return this.#post('/api/usage', isOwn ? person.own : person.id, { feature, amount }, key);
  }

  async read(person: Person, isOwn: boolean, feature: Feature): Promise<void> {
    const name = isOwn ? person.own : person.id;
    const { status, body, headers } = await this.#get(`/api/usage?feature=${feature}`, name);
    const { usageCount: count, ...usage } = body;
    const answer = {
      status,
      headers,
      body: status === 200 ? { usage: { count, ...usage } } : body,
    };
    expectSame(answer, person.model.read(feature));
  }

  async batch(events: readonly (Use & { who: number; isOwn: boolean })[]): Promise<void> {
    const { status, body } = await this.#post('/api/usage/batch', null, {
      events: events.map(({ who, isOwn, feature, amount, key }) => {
        const { own, id } = this.person(who);
        return { customer: isOwn ? own : id, feature, amount, ...(key && { idempotencyKey: key }) };
      }),
    });
    assert.equal(status, 200);
    const said = body.results.map((result: any) =>
      result.ok
        ? { usage: shownIn(result.usage), replayed: result.replayed === true }
        : { code: result.code },
    );
    assert.deepEqual(
      said,
      events.map((event) => this.person(event.who).model.use(event)),
    );
  }

  /** Calls that are all the same, at once: which of them comes first is nobody's business. */
  async together(person: Person, use: Use, times: number): Promise<void> {
    const answers = await Promise.all(
      Array.from({ length: times }, (_, index) => this.use(person, index % 2 === 0, use)),
    );
    const wanted = answers.map(() => JSON.stringify(person.model.use(use)));
    const said = answers.map((answer) => JSON.stringify(verdictOf(answer)));
    assert.deepEqual(said.toSorted(), wanted.toSorted());
  }

  /** The disk refuses the commit: nothing of it may be left, and the next try counts once. */
  async failCommit(person: Person, use: Use): Promise<void> {
    if (person.model.counts(use)) {
      const inShard = (...statements: string[]) =>
        runInDurableObject(this.#shard(person), (_, { storage }) => {
          for (const statement of statements) storage.sql.exec(statement);
        });
      await inShard(...BREAK_DISK);
      const { status, body } = await this.use(person, true, use);
      assert.deepEqual([status, body.code], [503, 'temporarily_unavailable']);
      await inShard('DROP TRIGGER broken');
    }
    expectSame(await this.use(person, true, use), person.model.use(use));
  }

  /** The answer is lost on its way, and the process dies: asked again, it is the same. */
  async loseAnswer(person: Person, use: Use): Promise<void> {
    const lost = verdictOf(await this.use(person, true, use));
    assert.deepEqual(lost, person.model.use(use));
    await this.restart(person);
    expectSame(await this.use(person, false, use), person.model.use(use));
  }

  async hold(
    person: Person,
    isOwn: boolean,
    feature: Feature,
    asked: Asked,
    key?: string,
  ): Promise<void> {
    const ofEpoch = key && `${key}.${this.#epoch}`;
    const name = isOwn ? person.own : person.id;
    const answer = await this.#post('/api/usage/holds', name, { feature, ...asked }, ofEpoch);
    const before = person.model.chains.length;
    expectSame(answer, person.model.hold(feature, asked, ofEpoch));
    const chain = person.model.chains[before];
    if (chain) person.holdIds.set(chain, [answer.body.hold.id]);
  }

  /** Settles a hold, or renews it where there is a `next`; one that ended already, too. */
  async end(person: Person, pick: number, used: number, next: Asked | null): Promise<void> {
    const open = [...person.holdIds].filter(([chain]) => person.model.chains.includes(chain));
    const named = open.flatMap(([chain, ids]) => ids.map((id, turn) => ({ chain, id, turn })));
    const { chain, id, turn } = named[pick % named.length] as (typeof named)[number];
    const path = `/api/usage/holds/${id}/${next ? 'renew' : 'settle'}`;
    const answer = await this.#post(path, null, { used, ...next });
    expectSame(answer, person.model.end(chain, turn, used, next));
    const ids = person.holdIds.get(chain) ?? [];
    if (answer.body.hold && ids.length === chain.turn) ids.push(answer.body.hold.id);
  }

  /** Credits by hand, whose end is said as an instant. */
  async grant(
    person: Person,
    { units, lastsMs }: { units: number; lastsMs: number | null },
    key?: string,
  ): Promise<void> {
    // No two begin at one instant: nothing would say which of them is drawn first.
    this.pass(1);
    const nowMs = Date.now();
    const endsMs = lastsMs === null ? null : nowMs + lastsMs;
    const body = { units, ...(endsMs !== null && { expiresAtMs: endsMs }) };
    // Of a grant's key the customer is not a part.
    const ofPerson = key && `${key}.${person.id}`;
    const answer = await this.#post('/api/credits/grants', person.own, body, ofPerson);
    const id = key ?? `by hand ${nowMs}`;
    const lot = { id, source: 'grant' as const, units, endsMs };
    const wanted = person.model.credits.give(lot, JSON.stringify(body), nowMs);
    if (wanted === 'conflict') return assert.equal(answer.body.code, 'idempotency_conflict');
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('idempotent-replayed') === 'true', wanted === 'replayed');
    if (wanted === 'given')
      assert.equal(answer.body.balanceUnits, person.model.credits.balanceUnits);
  }

  /** An order is paid or given back, as the outbox tells it: in any order, and more than once. */
  async moveBought(person: Person, act: 'give' | 'take', order: string): Promise<void> {
    this.pass(1);
    const units = 7;
    const giving = {
      id: `crg_${order}`,
      source: 'purchase' as const,
      units,
      expires: null,
      note: null,
      fingerprint: null,
    };
    const ref = { projectId: this.shop.id, mode: this.shop.mode };
    const job = { kind: 'shard.credits' as const, customerId: person.id, act, giving };
    await moveBought(deps, ref, job);
    const { credits } = person.model;
    const lot = { id: order, source: 'purchase' as const, units, endsMs: null };
    if (act === 'give') credits.give(lot, order, Date.now());
    else credits.take(order, order);
    await this.readCredits(person);
  }

  /** Balance, grants and ledger say the same, which is what the model says. */
  async readCredits({ own, model }: Person): Promise<void> {
    const read = async (query: string) =>
      (await this.#get(`/api/credits?limit=100${query}`, own)).body;
    const { balanceUnits, heldUnits, grants, entries, nextCursor } = await read('');
    for (let cursor = nextCursor; cursor !== null; ) {
      const page = await read(`&cursor=${cursor}`);
      entries.push(...page.entries);
      cursor = page.nextCursor;
    }
    const shown = grants.map(({ source, leftUnits, expiresAtMs }: any) => ({
      source,
      leftUnits,
      expiresAtMs,
    }));
    const days: Record<string, number> = {};
    for (const { kind, day, units } of entries)
      if (kind === 'use') days[day] = (days[day] ?? 0) - units;
    assert.deepEqual(
      { balanceUnits, heldUnits, grants: shown, days },
      {
        balanceUnits: model.credits.balanceUnits,
        heldUnits: model.heldCredits,
        grants: model.credits.shown,
        days: model.credits.days,
      },
    );
    const inLedger = entries.reduce((sum: number, { units }: any) => sum + units, 0);
    assert.equal(inLedger, balanceUnits);
  }

  async setPlan({ id, model }: Person, plan: string): Promise<void> {
    await call('PATCH', `/api/customers/${id}`, { key: this.shop.sk, body: { plan } });
    model.setPlan(plan);
  }

  async adjust({ id, model }: Person, feature: Feature, units: number | null): Promise<void> {
    const { id: project, mode } = this.shop;
    const path = `/api/projects/${project}/${mode}/customers/${id}/usage`;
    const change = units === null ? { kind: 'reset' } : { kind: 'change', units };
    const wanted = model.adjust(feature, units);
    const said = manage('POST', path, { feature, ...change });
    if ('code' in wanted) {
      const fault = await said.then(
        () => 'it was done',
        (error) => String(error),
      );
      return assert.include(fault, wanted.code);
    }
    assert.deepEqual(shownIn((await said).usage), wanted.usage);
  }

  /** Units by hand, on top of what the plan allows. */
  async raise({ id, model }: Person, feature: Feature, units: number): Promise<void> {
    const asked = { key: this.shop.sk, user: id, body: { feature, units } };
    expectSame(await call('POST', '/api/usage/grants', asked), model.raise(feature, units));
  }

  #shard({ id }: Person) {
    return deps.shard({ projectId: this.shop.id, mode: this.shop.mode }, shardOf(id) ?? '');
  }

  /** The object dies, and what it only remembered with it. */
  async restart(person: Person): Promise<void> {
    const shard = this.#shard(person);
    // One that nobody asked anything is not there to die.
    await runInDurableObject(shard, () => {});
    await evictDurableObject(shard);
  }

  async ring(person: Person): Promise<void> {
    await runDurableObjectAlarm(this.#shard(person));
  }

  async eraseAndReturn(person: Person): Promise<void> {
    await call('DELETE', `/api/customers/${person.id}`, { key: this.shop.sk });
    person.model.erase();
    person.holdIds.clear();
    await this.#meet(person);
  }

  /** In the end, from the disk alone: every count is the model's, and usage by day adds up to it. */
  async expectLedgers(): Promise<void> {
    for (const person of this.people) await this.restart(person);
    for (const person of this.people)
      for (const feature of FEATURES) await this.read(person, true, feature);
    for (const person of this.people) await this.readCredits(person);
    this.pass(61_000);
    for (const person of this.people) {
      await this.ring(person);
      for (const feature of FEATURES)
        assert.deepEqual(await this.#history(person, feature), person.model.days[feature]);
    }
  }

  async #history({ own }: Person, feature: Feature): Promise<Record<string, number>> {
    const from = new Date(Math.max(this.#startMs, Date.now() - 360 * 86_400_000));
    const query = `feature=${feature}&from=${from.toISOString().slice(0, 10)}`;
    const { body } = await this.#get(`/api/usage/history?${query}`, own);
    const used = body.days.filter(({ units }: any) => units > 0);
    return Object.fromEntries(used.map(({ day, units }: any) => [day, units]));
  }
}

/** Of what is said of a feature, that which the model knows. */
const shownIn = ({ count, limit, remaining, held = 0, plan, resetsAtMs, credits }: any): Shown => ({
  count,
  limit,
  remaining,
  held,
  plan,
  resetsAtMs,
  ...(credits && { credits }),
});

type Said = Pick<Answer, 'status' | 'headers' | 'body'>;

function verdictOf({ status, headers, body }: Said): Verdict {
  if (status >= 300) return { code: body.code };
  const replayed = headers.get('idempotent-replayed') === 'true';
  return { usage: shownIn(body.usage), replayed };
}

/** Fails unless an answer is what the model says. */
export function expectSame(answer: Said, wanted: Verdict): void {
  const said = verdictOf(answer);
  const { units } = 'usage' in wanted ? wanted : {};
  if (units !== undefined) assert.equal(answer.body.hold?.units ?? units, units);
  const { units: _, ...rest } = 'usage' in wanted ? wanted : { ...wanted, units };
  assert.deepEqual(said, rest);
}
