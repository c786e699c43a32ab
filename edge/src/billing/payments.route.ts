import { listPayments } from '@dream/contract/payments';
import type { Hono } from 'hono';
import type { Deps } from '../deps.ts';
import { type AppEnv, environmentPrincipal, serve } from '../http/call.ts';
import { unwrap } from '../http/fail.ts';

/** What customers paid. */
export function paymentRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, listPayments, async (call) => {
    const { ref } = environmentPrincipal(call.principal);
    const { limit, cursor } = call.query;
    const page = { limit, cursor: cursor ?? null };
    return unwrap(await deps.project(ref).payments().list(call.param('id'), page));
  });
}
