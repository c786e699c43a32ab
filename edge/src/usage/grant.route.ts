import { grantManagedUsage } from '@dream/contract/managed-customers';
import { DEFAULT_FEATURE } from '@dream/contract/primitives';
import { grantUsage } from '@dream/contract/usage-grants';
import type { Hono } from 'hono';
import type { Manager } from '../auth/manager.ts';
import type { Principal } from '../auth/principal.ts';
import { type CalledCustomer, withCustomer } from '../customers/customer-of.ts';
import { noteManaged } from '../customers/managed-act.ts';
import type { Deps } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail } from '../http/fail.ts';
import { fingerprintOf, idempotencyKey, managerName } from '../http/idempotency.ts';
import type { UsageAnswer } from './usage-call.ts';
import { adjustUsage } from './meter.client.ts';

/** `POST /api/usage/grants`, also for those who manage the project. */
export function grantUsageRoutes(app: Hono<AppEnv>, deps: Deps): void {
  for (const row of [grantUsage, grantManagedUsage])
    serve(app, deps, row, async (call) => {
      const { feature = DEFAULT_FEATURE, units } = call.body;
      const change = { kind: 'grant' as const, units };
      const key = idempotencyKey(call.c.req.raw);
      // As with a count changed by hand: no key of a caller begins with a space.
      const idempotency =
        key === null
          ? null
          : {
              key: ` grant ${granter(call.principal)} ${key}`,
              fingerprint: await fingerprintOf(feature, change),
            };
      let named: CalledCustomer | undefined;
      const answer = await withCustomer<UsageAnswer>(call, (customer) => {
        named = customer;
        const { ref, environment, customerId } = customer;
        return adjustUsage(deps, ref, environment, { customerId, feature, change, idempotency });
      });
      if (answer.kind === 'refused')
        throw new Fail(answer.code, answer.details, answer.retryAfterSeconds);
      if (answer.kind !== 'usage' || !named) throw new Fail('customer_not_found');
      if (answer.replayed) call.c.header('Idempotent-Replayed', 'true');
      else await noteManaged(call, named, 'usage.granted');
      return { success: true as const, usage: answer.usage };
    });
}

/** Whose keys of grants are told apart: each manager's, and the servers'. */
const granter = (principal: Principal): string =>
  isManager(principal) ? managerName(principal) : principal.kind;

const isManager = (principal: Principal): principal is Manager =>
  principal.kind === 'operator' || principal.kind === 'developer';
