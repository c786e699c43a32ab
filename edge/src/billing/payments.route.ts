import { listManagedPayments } from '@dream/contract/managed-customers';
import { listPayments } from '@dream/contract/payments';
import type { Hono } from 'hono';
import type { Deps } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { unwrap } from '../http/fail.ts';
import { placeOf } from '../projects/managed.ts';

/** What customers paid. */
export function paymentRoutes(app: Hono<AppEnv>, deps: Deps): void {
  for (const row of [listPayments, listManagedPayments])
    serve(app, deps, row, async (call) => {
      const { ref } = await placeOf(call);
      const { limit, cursor } = call.query;
      const page = { limit, cursor: cursor ?? null };
      return unwrap(await deps.project(ref).payments().list(call.param('id'), page));
    });
}
