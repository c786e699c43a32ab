import { ERRORS } from '@dream/contract/errors';
import { holdUsage, renewHold, settleHold } from '@dream/contract/holds';
import { DEFAULT_FEATURE } from '@dream/contract/primitives';
import type { Hono } from 'hono';
import { shardOf } from '../customers/customer-id.ts';
import { withCustomer } from '../customers/customer-of.ts';
import type { Deps } from '../deps.ts';
import { type AppEnv, type Call, environmentPrincipal, serve } from '../http/call.ts';
import { errorBody } from '../http/errors.ts';
import { Fail } from '../http/fail.ts';
import { fingerprintOf, idempotencyKey } from '../http/idempotency.ts';
import type { HoldAnswer, SettleCall } from './hold.rpc.ts';
import {
  type Asked,
  type Closing,
  type HeldAnswer,
  holdId,
  holdNamed,
  type Refused,
  wrongAtLeast,
} from './hold.ts';
import { ask, rulesOf } from './meter.client.ts';

/** `POST /api/usage/holds` and what ends one: `/:hold/settle` and `/:hold/renew`. */
export function holdRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, holdUsage, async (call) => {
    const { amount: amountUnits, feature = DEFAULT_FEATURE, seconds } = call.body;
    const asked: Asked = { amountUnits, atLeastUnits: call.body.atLeast ?? amountUnits, seconds };
    const mistake = wrongAtLeast(asked);
    if (mistake) throw failOf(mistake);
    const key = idempotencyKey(call.c.req.raw);
    const headerPlan = call.c.req.header('x-user-plan') ?? null;
    const idempotency =
      key === null ? null : { key, fingerprint: await sameAs(feature, asked, headerPlan) };
    const answer = await withCustomer(call, async ({ ref, environment, customerId }) => {
      const shard = shardOf(customerId) ?? '';
      const rowId = holdId(shard, key === null ? deps.random(13) : await idBytes(customerId, key));
      const holding = { ...asked, customerId, feature, headerPlan, idempotency, rowId };
      const { nowMs } = call;
      const rulesVersion = environment.version;
      return ask<HoldAnswer>(
        deps,
        ref,
        environment,
        customerId,
        nowMs,
        (more) => deps.shard(ref, shard).hold({ ...holding, ...more, nowMs, rulesVersion }),
        headerPlan,
      );
    });
    const { hold, usage } = held(call, answer);
    if (!hold) throw new Error('A hold was granted without one');
    return { success: true as const, hold, usage };
  });

  serve(app, deps, settleHold, async (call) => {
    const { used: usedUnits } = call.body;
    const { usage } = await close(call, null, { usedUnits, isRenewal: false }, [usedUnits]);
    return { success: true as const, usage };
  });

  serve(app, deps, renewHold, async (call) => {
    const { used: usedUnits, amount = null, atLeast = null, seconds } = call.body;
    const next = { amountUnits: amount, atLeastUnits: atLeast, seconds };
    const said = [usedUnits, amount, atLeast, seconds];
    const answer = await close(call, next, { usedUnits, isRenewal: true }, said);
    const { hold, refusal, usage } = answer;
    return {
      success: true as const,
      hold,
      ...(refusal && { refusal: refusalBody(call, refusal) }),
      usage,
    };
  });
}

type Calling = Pick<Call<unknown, unknown>, 'c' | 'deps' | 'principal' | 'nowMs' | 'param'>;

/** Ends the hold of the path. Only an id that one can have reaches an object. */
async function close(
  call: Calling,
  next: SettleCall['next'],
  closing: Pick<Closing, 'usedUnits' | 'isRenewal'>,
  said: readonly unknown[],
): Promise<HeldAnswer> {
  const { deps, nowMs } = call;
  const { ref, environment } = environmentPrincipal(call.principal);
  const key = idempotencyKey(call.c.req.raw);
  const named = holdNamed(call.param('hold'));
  if (named === null) throw new Fail('hold_not_found');
  const { shard, rowId, turn } = named;
  const fingerprint = JSON.stringify(said);
  const asked: SettleCall = {
    rowId,
    turn,
    closing: { ...closing, key, fingerprint },
    next,
    nowMs,
    rulesVersion: environment.version,
  };
  const settle = (more: Pick<SettleCall, 'rules'>) =>
    deps.shard(ref, shard).settle({ ...asked, ...more });
  const answer = await settle({});
  // A shard that has the hold knows its customer.
  return held(
    call,
    answer.kind === 'need' ? await settle({ rules: rulesOf(environment) }) : answer,
  );
}

function held(call: Calling, answer: HoldAnswer): HeldAnswer {
  if (answer.kind === 'refused') throw failOf(answer);
  if (answer.kind === 'erased') throw new Fail('customer_not_found');
  if (answer.kind === 'need') throw new Error('A shard was not given what it needs');
  if (answer.replayed) call.c.header('Idempotent-Replayed', 'true');
  return answer;
}

const failOf = ({ code, details, retryAfterSeconds }: Refused): Fail =>
  new Fail(code, details, retryAfterSeconds);

/** Why no more was granted, as the error would have said it. */
function refusalBody({ c, deps }: Calling, refusal: Refused) {
  const { retryAfterSeconds } = refusal;
  return {
    status: ERRORS[refusal.code].status,
    ...errorBody(failOf(refusal), c.get('requestId'), deps.config.publicUrl),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

const sameAs = (feature: string, asked: Asked, headerPlan: string | null): Promise<string> =>
  fingerprintOf('hold', feature, asked.amountUnits, asked.atLeastUnits, asked.seconds, headerPlan);

/** The same key of a customer names the same hold, so that a repeated call finds the first one. */
async function idBytes(customerId: string, key: string): Promise<Uint8Array> {
  const named = new TextEncoder().encode(JSON.stringify(['hold', customerId, key]));
  return new Uint8Array(await crypto.subtle.digest('SHA-256', named));
}
