import type { BatchResult } from '@dream/contract';
import { ERRORS } from '@dream/contract/errors';
import { DEFAULT_FEATURE } from '@dream/contract/primitives';
import { TrackEvent, trackBatch } from '@dream/contract/usage';
import type { Hono } from 'hono';
import type { InferOutput } from 'valibot';
import { shardOf } from '../customers/customer-id.ts';
import { customerNamed, forgetExternalId } from '../customers/customer-of.ts';
import type { Deps } from '../deps.ts';
import { check } from '../http/body.ts';
import { type AppEnv, type Call, environmentPrincipal, serve } from '../http/call.ts';
import { errorBody, failOf } from '../http/errors.ts';
import { Fail, goneCode } from '../http/fail.ts';
import { idempotencyKey } from '../http/idempotency.ts';
import { noteRefused } from '../requests/note.client.ts';
import { callFingerprint } from './fingerprint.ts';
import { type Metered, trackInShard } from './meter.client.ts';
import type { UsageAnswer } from './usage-call.ts';

type Event = InferOutput<typeof TrackEvent>;
type Judged = Fail | UsageAnswer;
/** An event that is one, where it stands, and whom it is about, once that is known. */
interface Placed {
  at: number;
  event: Event;
  customerId?: string;
}

/** `POST /api/usage/batch`: one hop to each shard its customers are of. */
export function usageBatchRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, trackBatch, async (call) => {
    const { events } = call.body;
    const key = idempotencyKey(call.c.req.raw);
    const judged = new Map<number, Judged>();
    const placed: Placed[] = [];
    for (const [at, given] of events.entries()) {
      try {
        const event = check(TrackEvent, given);
        // No key of a caller has a space, so one made of the batch's is nobody else's.
        const eventKey = event.idempotencyKey ?? (key === null ? undefined : `${key} ${at}`);
        placed.push({ at, event: { ...event, ...(eventKey && { idempotencyKey: eventKey }) } });
      } catch (error) {
        judged.set(at, failOf(error, call.c));
      }
    }
    await judge(call, placed, judged);
    // An id this isolate remembers may be of a customer erased since: it is looked up once more.
    const { ref } = environmentPrincipal(call.principal);
    const again = placed.filter(({ at, event }) => {
      const answer = judged.get(at);
      return (
        answer && 'kind' in answer && answer.kind === 'erased' && shardOf(event.customer) === null
      );
    });
    for (const { event } of again) forgetExternalId(ref, event.customer);
    await judge(call, again, judged);
    const customers = new Map(placed.map(({ at, customerId }) => [at, customerId]));
    return {
      results: events.map((_, at) => resultOf(call, judged.get(at), customers.get(at))),
    };
  });
}

type Calling = Pick<Call<unknown, unknown>, 'c' | 'deps' | 'principal' | 'nowMs'>;

/** Asks the shards of these events, and notes what became of each. What fails, fails for its events. */
async function judge(
  call: Calling,
  placed: readonly Placed[],
  judged: Map<number, Judged>,
): Promise<void> {
  const { deps, c } = call;
  const environment = environmentPrincipal(call.principal);
  const customers = new Map<string, string | Fail>();
  const names = new Set(placed.map(({ event }) => event.customer));
  const noFail = (error: unknown): Fail => {
    if (goneCode(error) !== null) throw error;
    return failOf(error, c);
  };
  await Promise.all(
    [...names].map(async (name) =>
      customers.set(name, await customerNamed(deps, environment, name, call.nowMs).catch(noFail)),
    ),
  );
  const shards = new Map<string, { at: number; call: Metered & { customerId: string } }[]>();
  for (const one of placed) {
    const { at, event } = one;
    const customerId = customers.get(event.customer);
    if (typeof customerId !== 'string') {
      judged.set(at, customerId ?? new Fail('customer_not_found'));
      continue;
    }
    one.customerId = customerId;
    const shard = shardOf(customerId) ?? '';
    const asked = { at, call: { ...meteredOf(event, call.nowMs), customerId } };
    const others = shards.get(shard);
    if (others) others.push(asked);
    else shards.set(shard, [asked]);
  }
  await Promise.all(
    [...shards].map(async ([shard, ones]) => {
      const calls = ones.map((one) => one.call);
      const answers = await trackInShard(deps, environment, shard, calls).catch(noFail);
      for (const [index, { at }] of ones.entries())
        judged.set(at, answers instanceof Fail ? answers : (answers[index] as UsageAnswer));
    }),
  );
}

/** An event as a single call would say it: with the same fingerprint, so that a key fits both. */
function meteredOf(event: Event, nowMs: number): Metered {
  const { feature = DEFAULT_FEATURE, amount: amountUnits, idempotencyKey: key } = event;
  const fingerprint = key === undefined ? '' : callFingerprint(feature, amountUnits, null);
  const idempotency = key === undefined ? null : { key, fingerprint };
  return { feature, amountUnits, headerPlan: null, idempotency, nowMs };
}

function resultOf(
  { c, deps }: Calling,
  judged: Judged | undefined,
  customerId: string | undefined,
): BatchResult {
  if (judged && 'kind' in judged && judged.kind === 'usage')
    return { ok: true, usage: judged.usage, ...(judged.replayed && { replayed: true }) };
  const fail = refusalOf(judged);
  noteRefused(deps, c, fail, customerId);
  const { retryAfterSeconds } = fail;
  return {
    ok: false,
    status: ERRORS[fail.code].status,
    ...errorBody(fail, c.get('requestId'), deps.config.publicUrl),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

function refusalOf(judged: Judged | undefined): Fail {
  if (judged instanceof Fail) return judged;
  if (judged?.kind === 'refused')
    return new Fail(judged.code, judged.details, judged.retryAfterSeconds);
  if (judged?.kind === 'erased') return new Fail('customer_not_found');
  throw new Error('An event was not judged');
}
