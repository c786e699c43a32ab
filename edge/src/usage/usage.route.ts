import { DEFAULT_FEATURE } from '@dream/contract/primitives';
import { getUsage, trackUsage as trackRoute } from '@dream/contract/usage';
import type { Hono } from 'hono';
import { withCustomer } from '../customers/customer-of.ts';
import type { Deps } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail } from '../http/fail.ts';
import { idempotencyKey } from '../http/idempotency.ts';
import { callFingerprint } from './fingerprint.ts';
import { askUsage, trackUsage } from './meter.client.ts';
import { toStatus } from './status.ts';
import type { UsageAnswer } from './usage-call.ts';

/** `POST /api/usage` (alias `/api/data`) and `GET /api/usage`. */
export function usageRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, trackRoute, async (call) => {
    const { amount: amountUnits, feature = DEFAULT_FEATURE } = call.body;
    const key = idempotencyKey(call.c.req.raw);
    const headerPlan = call.c.req.header('x-user-plan') ?? null;
    const idempotency =
      key === null ? null : { key, fingerprint: callFingerprint(feature, amountUnits, headerPlan) };
    const answer = await withCustomer(call, ({ ref, environment, customerId }) =>
      trackUsage(deps, ref, environment, customerId, {
        feature,
        amountUnits,
        headerPlan,
        idempotency,
        nowMs: call.nowMs,
      }),
    );
    const { usage, replayed } = counted(answer);
    if (replayed) call.c.header('Idempotent-Replayed', 'true');
    return { success: true as const, usage };
  });

  serve(app, deps, getUsage, async (call) => {
    const feature = call.query.feature ?? DEFAULT_FEATURE;
    let userId = '';
    const answer = await withCustomer(call, (customer) => {
      userId = customer.customerId;
      return askUsage(deps, customer.ref, customer.environment, customer.customerId, feature);
    });
    return toStatus(userId, counted(answer).usage);
  });
}

/** The usage of an answer; throws what a caller is refused with. */
export function counted(answer: UsageAnswer): Extract<UsageAnswer, { kind: 'usage' }> {
  switch (answer.kind) {
    case 'usage':
      return answer;
    case 'refused':
      throw new Fail(answer.code, answer.details, answer.retryAfterSeconds);
    case 'erased':
      throw new Fail('customer_not_found');
    case 'need':
      throw new Error('A shard was not given what it needs');
  }
}
