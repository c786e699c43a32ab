import { adjustUsage as adjustRoute } from '@dream/contract/managed-customers';
import { DEFAULT_FEATURE } from '@dream/contract/primitives';
import type { Hono } from 'hono';
import { customerInPath } from '../customers/customer-of.ts';
import { noteManaged } from '../customers/managed-act.ts';
import type { Deps } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail } from '../http/fail.ts';
import { fingerprintOf, idempotencyKey, managerName } from '../http/idempotency.ts';
import { managerIn } from '../projects/managed.ts';
import { adjustUsage } from './meter.client.ts';

/** Changing a count by hand. */
export function adjustUsageRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, adjustRoute, async (call) => {
    const { ref, environment, customerId } = await customerInPath(call);
    const { feature = DEFAULT_FEATURE, ...change } = call.body;
    const key = idempotencyKey(call.c.req.raw);
    // The shard keeps the key too, with the count: a try whose answer was lost is not a second change.
    // No key of a caller begins with a space, so this one is nobody else's.
    const idempotency =
      key === null
        ? null
        : {
            key: ` adjust ${managerName(managerIn(call))} ${key}`,
            fingerprint: await fingerprintOf(feature, change),
          };
    const asked = { customerId, feature, change, idempotency };
    const answer = await adjustUsage(deps, ref, environment, asked);
    if (answer.kind === 'refused') throw new Fail(answer.code, answer.details);
    if (answer.kind !== 'usage') throw new Fail('customer_not_found');
    const action = change.kind === 'reset' ? 'usage.reset' : 'usage.changed';
    await noteManaged(call, { ref, customerId }, action);
    return { usage: answer.usage };
  });
}
