import { DurableObject } from 'cloudflare:workers';
import { DEFAULT_FEATURE } from '@dream/contract/primitives';
import type { Bindings } from '../env.ts';
import { SessionsRpc } from '../sessions/sessions.rpc.ts';
import { LiveSockets } from '../sessions/live.sockets.ts';
import { erase, isErased, refusingStorage } from '../storage/erase.ts';
import { migrate } from '../storage/migrate.ts';
import { MeterRpc, type UsageAnswer, type UsageCall, type UsageQuery } from '../usage/meter.rpc.ts';
import { Notices } from '../usage/notices.rpc.ts';
import { SHARD_STEPS } from './shard.schema.ts';

/** How long notices wait that could not be handed on. */
const RETRY_MS = 30_000;

/** A share of an environment's customers: usage, sessions and open pages. */
export class ShardObject extends DurableObject<Bindings> {
  readonly #sockets: LiveSockets;
  #isErased: boolean;

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    this.#isErased = isErased(ctx.storage);
    if (!this.#isErased) {
      migrate(ctx.storage, SHARD_STEPS);
      new Notices(ctx.storage).arm(Date.now());
    }
    this.#sockets = new LiveSockets(ctx, env, (customerId, nowMs) => {
      const feature = DEFAULT_FEATURE;
      const answer = this.read({ customerId, feature, rulesVersion: 0, nowMs });
      return answer.kind === 'usage' ? answer.usage : null;
    });
  }

  /** The hot path: a method of its own, so that no stub has to be made and disposed of. */
  track(call: UsageCall): UsageAnswer {
    return this.meter().track(call);
  }

  /** Reads usage, likewise. */
  read(query: UsageQuery): UsageAnswer {
    return this.meter().read(query);
  }

  meter(): MeterRpc {
    return new MeterRpc(this.#storage(), (customerId, told) =>
      this.#sockets.tell(customerId, told),
    );
  }

  sessions(): SessionsRpc {
    return new SessionsRpc(
      this.#storage(),
      (customerId, told) => this.#sockets.tell(customerId, told),
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

  /** Hands notices on. Never throws: the next alarm is set before anything else. */
  override async alarm(): Promise<void> {
    if (this.#isErased) return;
    const notices = new Notices(this.ctx.storage);
    notices.arm(Date.now() + RETRY_MS);
    const open = notices.open();
    try {
      const to = this.meter().noticesTo();
      if (to && open.length > 0) await this.ctx.exports.Work.tell(open, to);
      // Erased meanwhile, it stays empty.
      if (!this.#isErased) notices.drop(open, Date.now());
    } catch (error) {
      console.error(JSON.stringify({ event: 'notices.not_handed_on', error: String(error) }));
    }
  }

  /** Erases everything of these customers, for good. Safe to repeat. */
  async erase(nowMs: number): Promise<void> {
    this.#isErased = true;
    this.#sockets.closeAll();
    await erase(this.ctx.storage, nowMs);
  }

  /** A call admitted just before the project was deleted must not write here after it. */
  #storage(): DurableObjectStorage {
    return this.#isErased ? refusingStorage('project_deleted') : this.ctx.storage;
  }
}
