import { DurableObject } from 'cloudflare:workers';
import { DEFAULT_FEATURE } from '@dream/contract/primitives';
import type {
  CreditsQuery,
  CreditsRead,
  EntryPage,
  GiveAnswer,
  TakeAnswer,
} from '../credits/credits.rpc.ts';
import type { Giving } from '../credits/giving.ts';
import { shardOf } from '../customers/customer-id.ts';
import type { Bindings } from '../env.ts';
import { goneCode, wasReset } from '../http/fail.ts';
import { SessionsRpc } from '../sessions/sessions.rpc.ts';
import { LiveSockets } from '../sessions/live.sockets.ts';
import { erase, isErased, refusingStorage } from '../storage/erase.ts';
import { GroupCommit } from '../storage/group-commit.ts';
import { migrate } from '../storage/migrate.ts';
import {
  type HoldAnswer,
  type HoldCall,
  rememberHolds,
  type SettleCall,
} from '../usage/hold.rpc.ts';
import { LiveHolds } from '../usage/live-holds.ts';
import { OverageRpc } from '../usage/overage.rpc.ts';
import { MeterRpc } from '../usage/meter.rpc.ts';
import { Notices } from '../usage/notices.rpc.ts';
import { RollUp } from '../usage/roll-up.rpc.ts';
import type { Told } from '../usage/told.ts';
import type { Adjusting, UsageAnswer, UsageCall, UsageQuery } from '../usage/usage-call.ts';
import { armShard } from './alarm.rpc.ts';
import { SHARD_STEPS } from './shard.schema.ts';
import { SHARD_TABLES } from './tables.schema.ts';

/** How long waits what could not be done. */
const RETRY_MS = 30_000;

/**
 * A share of an environment's customers: usage, sessions and open pages. Nothing it says leaves before
 * the commit it rests on: metered calls share commits and are answered after them, pages are told
 * then, and workerd holds back every other answer until what was written before it is stored.
 */
export class ShardObject extends DurableObject<Bindings> {
  readonly #sockets: LiveSockets;
  readonly #commits: GroupCommit;
  #isErased: boolean;
  #meter: MeterRpc | undefined;
  #rollUp: RollUp | undefined;
  readonly #liveHolds = new LiveHolds();

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    this.#isErased = isErased(ctx.storage);
    if (!this.#isErased) {
      migrate(ctx.storage, SHARD_STEPS, SHARD_TABLES);
      rememberHolds(ctx.storage, this.#liveHolds);
      armShard(ctx.storage, Date.now());
    }
    this.#commits = new GroupCommit(
      ctx.storage,
      (reason) => ctx.abort(reason),
      (calls) => this.meter().together(calls),
    );
    this.#sockets = new LiveSockets(ctx, env, async (customerId, nowMs) => {
      const feature = DEFAULT_FEATURE;
      const answer = await this.read({ customerId, feature, rulesVersion: 0, nowMs });
      return answer.kind === 'usage' ? answer.usage : null;
    });
  }

  /** The hot path: a method of its own, so that no stub has to be made and disposed of. */
  track(call: UsageCall): Promise<UsageAnswer> {
    return this.#commits.run(() => this.meter().track(call));
  }

  /** Counts calls one after the other, each judged alone; all of them are one commit. */
  trackMany(calls: readonly UsageCall[]): Promise<UsageAnswer[]> {
    return this.#commits.run(() => calls.map((call) => this.#trackOne(call)));
  }

  #trackOne(call: UsageCall): UsageAnswer {
    try {
      return this.meter().track(call);
    } catch (error) {
      return ownFailure(error);
    }
  }

  /** Sets units aside for a customer. */
  hold(call: HoldCall): Promise<HoldAnswer> {
    return this.#commits.run(() => this.meter().hold(call));
  }

  /** Counts what was used of a hold, and grants the next one where that is asked for. */
  settle(call: SettleCall): Promise<HoldAnswer> {
    return this.#commits.run(() => this.meter().settle(call));
  }

  /** Reads usage, likewise. */
  read(query: UsageQuery): Promise<UsageAnswer> {
    return this.#commits.run(() => this.meter().read(query));
  }

  /** Raises a test customer's count to its limit. */
  fill(query: UsageQuery): Promise<UsageAnswer> {
    return this.#commits.run(() => this.meter().fill(query));
  }

  /** Gives a customer credits. */
  giveCredits(call: CreditsQuery & { giving: Giving }): Promise<GiveAnswer> {
    return this.#commits.run(() => this.meter().giveCredits(call));
  }

  /** Takes back what is left of credits that a customer was given. */
  takeCredits(call: CreditsQuery & { giving: Giving }): Promise<TakeAnswer> {
    return this.#commits.run(() => this.meter().takeCredits(call));
  }

  /** Reads a customer's credits. */
  credits(call: CreditsQuery & { page: EntryPage }): Promise<CreditsRead> {
    return this.#commits.run(() => this.meter().credits(call));
  }

  /** Changes a customer's count by hand. */
  adjust(adjusting: Adjusting): Promise<UsageAnswer> {
    return this.#commits.run(() => this.meter().adjust(adjusting));
  }

  /** One for the object's life: it remembers customers. */
  meter(): MeterRpc {
    const storage = this.#storage();
    this.#meter ??= new MeterRpc(
      storage,
      (customerId, told) => this.#tell(customerId, told),
      () => armShard(storage, Date.now()),
      (meter, nowMs) => this.rollUp().counted(meter, nowMs),
      this.#liveHolds,
    );
    return this.#meter;
  }

  /** One for the object's life: it remembers what counted. */
  rollUp(): RollUp {
    const storage = this.#storage();
    this.#rollUp ??= new RollUp(
      storage,
      () => armShard(storage, Date.now()),
      (customerId) => this.meter().forget(customerId),
    );
    return this.#rollUp;
  }

  overage(): OverageRpc {
    return new OverageRpc(
      this.#storage(),
      () => armShard(this.ctx.storage, Date.now()),
      (customerId) => this.meter().forget(customerId),
    );
  }

  sessions(): SessionsRpc {
    return new SessionsRpc(
      this.#storage(),
      (customerId, told) => this.#tell(customerId, told),
      (customerId) => this.meter().refusalOf(customerId),
    );
  }

  /** Accepts a page's socket. It says who it is in its first message. */
  override fetch(request: Request): Response {
    if (this.#isErased) throw new Error('project_deleted');
    return this.#sockets.accept(request, Date.now());
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    return this.#sockets.message(socket, message, Date.now());
  }

  /** Has the Worker do what waits. Never throws: the next alarm is set before anything else. */
  override async alarm(): Promise<void> {
    if (this.#isErased) return;
    await this.ctx.storage.setAlarm(Date.now() + RETRY_MS);
    const ended = await Promise.allSettled([this.#endHolds()]);
    // What was counted is stored before anybody hears of it.
    await this.ctx.storage.sync();
    const done = await Promise.allSettled([
      this.#handOn(),
      this.#reportOverage(),
      this.#handOver(),
    ]);
    const failed = [...ended, ...done].filter((one) => one.status === 'rejected');
    for (const { reason } of failed)
      console.error(JSON.stringify({ event: 'shard.alarm_failed', error: String(reason) }));
    // Erased meanwhile, it stays empty.
    if (failed.length > 0 || this.#isErased) return;
    if (!armShard(this.ctx.storage, Date.now())) await this.ctx.storage.deleteAlarm();
  }

  /** Comes first: what it counts is handed on by the others. */
  #endHolds(): Promise<void> {
    return this.#commits.run(() => this.meter().endHolds(Date.now()));
  }

  async #handOn(): Promise<void> {
    const notices = new Notices(this.ctx.storage);
    const open = notices.open();
    const to = this.meter().noticesTo();
    if (to && open.length > 0) await this.ctx.exports.Work.tell(open, to);
    if (!this.#isErased) notices.drop(open);
  }

  async #reportOverage(): Promise<void> {
    const where = this.meter().whereabouts();
    if (where) await this.ctx.exports.Work.reportOverage(where.ref, where.shard);
  }

  /** Hands usage by day to the Project: one batch, which is the same until it has arrived. */
  async #handOver(): Promise<void> {
    const batch = this.rollUp().take(Date.now());
    if (batch === null) return;
    const [first] = batch.rows;
    const ref = this.meter().environment();
    const shard = shardOf(first?.customerId ?? '');
    if (first && (ref === null || shard === null))
      throw new Error('A shard does not know whose it is');
    // What is in the batch is no longer in the meters before anybody hears of it.
    await this.ctx.storage.sync();
    if (ref && shard !== null) await this.ctx.exports.Work.rollUp(ref, shard, batch);
    if (!this.#isErased) this.rollUp().done(batch.seq, Date.now());
  }

  /** Erases everything of these customers, for good. Safe to repeat. */
  async erase(nowMs: number): Promise<void> {
    this.#isErased = true;
    this.#meter = undefined;
    this.#rollUp = undefined;
    this.#sockets.closeAll();
    await erase(this.ctx.storage, nowMs);
  }

  /** Tells a customer's open pages what changed, once it is stored. */
  #tell(customerId: string, told: Told | (() => Told | null)): void {
    if (this.ctx.getWebSockets().length === 0) return;
    const what = typeof told === 'function' ? told() : told;
    if (what) this.#commits.afterCommit(() => this.#sockets.tell(customerId, what));
  }

  /** A call admitted just before the project was deleted must not write here after it. */
  #storage(): DurableObjectStorage {
    return this.#isErased ? refusingStorage('project_deleted') : this.ctx.storage;
  }
}

/**
 * One call's own failure is our bug, and harms no other call of its batch. What is everybody's, such
 * as a project deleted or a commit that failed, is thrown.
 */
function ownFailure(error: unknown): UsageAnswer {
  if (goneCode(error) !== null || wasReset(error)) throw error;
  console.error(JSON.stringify({ event: 'shard.call_failed', error: String(error) }));
  return { kind: 'refused', code: 'internal_error', details: {} };
}
