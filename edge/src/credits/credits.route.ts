import { getCredits, grantCredits } from '@dream/contract/credits';
import { getManagedCredits, grantManagedCredits } from '@dream/contract/managed-customers';
import type { Hono } from 'hono';
import { base32 } from '../auth/base32.ts';
import { type CalledCustomer, withCustomer } from '../customers/customer-of.ts';
import { noteManaged } from '../customers/managed-act.ts';
import type { Deps } from '../deps.ts';
import { type AppEnv, type Call, serve } from '../http/call.ts';
import { Fail } from '../http/fail.ts';
import { fingerprintOf, idempotencyKey } from '../http/idempotency.ts';
import { grantDetails } from '../projects/audit-details.ts';
import { askShard } from './credits.client.ts';
import type { CreditsRead, GiveAnswer } from './credits.rpc.ts';
import type { Giving } from './giving.ts';

/** `GET /api/credits` and `POST /api/credits/grants`, also for those who manage the project. */
export function creditRoutes(app: Hono<AppEnv>, deps: Deps): void {
  for (const row of [getCredits, getManagedCredits])
    serve(app, deps, row, async (call) => {
      const { limit, cursor } = call.query;
      const page = { before: cursor ? Number(cursor) : Number.MAX_SAFE_INTEGER, limit: limit + 1 };
      let userId = '';
      const answer = await withCustomer(call, (customer) => {
        userId = customer.customerId;
        return askShard<CreditsRead>(call, customer, (shard, query) =>
          shard.credits({ ...query, page }),
        );
      });
      if (answer.kind !== 'credits') throw new Fail('customer_not_found');
      const { entries, ...credits } = answer.credits;
      const shown = entries.slice(0, limit);
      const nextCursor = entries.length > limit ? `${shown.at(-1)?.seq}` : null;
      return { userId, ...credits, entries: shown, nextCursor };
    });

  for (const row of [grantCredits, grantManagedCredits])
    serve(app, deps, row, async (call) => {
      const key = idempotencyKey(call.c.req.raw);
      let named: CalledCustomer | undefined;
      const answer = await withCustomer(call, async (customer) => {
        named = customer;
        const giving = await givingOf(call, customer.customerId, key);
        return askShard<GiveAnswer>(call, customer, (shard, query) =>
          shard.giveCredits({ ...query, giving }),
        );
      });
      if (answer.kind === 'refused') throw new Fail(answer.code, answer.details);
      if (answer.kind !== 'given' || !named) throw new Fail('customer_not_found');
      if (answer.replayed) call.c.header('Idempotent-Replayed', 'true');
      else await noteManaged(call, named, 'credits.granted', grantDetails(answer.grant));
      const { grant, balanceUnits } = answer;
      return { success: true as const, grant, balanceUnits };
    });
}

type Granting = Call<
  { units: number; expiresAtMs?: number; expiresInDays?: number; note?: string },
  unknown
>;

/** The same key of a customer names the same grant, so that a try whose answer was lost is none. */
async function givingOf(
  { body, deps }: Pick<Granting, 'body' | 'deps'>,
  customerId: string,
  key: string | null,
): Promise<Giving> {
  const { units, expiresAtMs: atMs, expiresInDays: inDays, note = null } = body;
  const bytes = key === null ? deps.random(13) : await keyBytes(customerId, key);
  return {
    id: `crg_${base32(bytes).slice(0, 20)}`,
    source: 'grant',
    units,
    expires: atMs !== undefined ? { atMs } : inDays !== undefined ? { inDays } : null,
    note,
    fingerprint: await fingerprintOf('credits', units, atMs, inDays, note),
  };
}

async function keyBytes(customerId: string, key: string): Promise<Uint8Array> {
  const named = new TextEncoder().encode(JSON.stringify(['credits', customerId, key]));
  return new Uint8Array(await crypto.subtle.digest('SHA-256', named));
}
