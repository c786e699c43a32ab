import type { RefusedRequest } from '@dream/contract';
import { ERRORS, type ErrorCode } from '@dream/contract/errors';
import { getRequest, listRequests } from '@dream/contract/requests';
import type { Hono } from 'hono';
import type { Deps } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail } from '../http/fail.ts';
import { managedEnvironment } from '../projects/managed.ts';
import type { KeptRefusal } from './requests.object.ts';

/** Refused and failed calls of an environment, and what explains one. */
export function requestRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, listRequests, async (call) => {
    const { ref } = await managedEnvironment(call);
    const { limit, cursor, code, status, customer, since } = call.query;
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
      throw new Fail('invalid_request', {
        issues: [{ path: 'cursor', message: 'Must be the nextCursor of a page before.' }],
      });
    const query = {
      limit,
      cursor: cursor === undefined ? null : Number(cursor),
      code: code ?? null,
      status: status === undefined ? null : statusRange(status),
      customerId: customer ?? null,
      sinceMs: since ?? 0,
    };
    const object = deps.refused(ref);
    const [{ refused, nextCursor }, droppedCalls] = await Promise.all([
      object.list(query, call.nowMs),
      object.droppedCalls(call.nowMs),
    ]);
    return {
      requests: refused.map((one) => shown(deps, one)),
      nextCursor: nextCursor === null ? null : String(nextCursor),
      droppedCalls,
    };
  });

  serve(app, deps, getRequest, async (call) => {
    const { ref, project } = await managedEnvironment(call);
    const found = await deps.refused(ref).find(call.param('requestId'), call.nowMs);
    const [first] = found;
    if (!first) throw new Fail('request_not_found');
    const { customerId } = first;
    const isOfOne = customerId !== null && found.every((one) => one.customerId === customerId);
    const known = isOfOne ? await project.customers().get(customerId, call.nowMs) : null;
    return {
      requests: found.map((one) => shown(deps, one)),
      customer: known?.ok
        ? { id: known.value.id, plan: known.value.plan, planSource: known.value.planSource }
        : null,
    };
  });
}

/** `429` is one status, `5xx` a hundred. */
function statusRange(status: string): { from: number; to: number } {
  const from = Number(status.replace('xx', '00'));
  return { from, to: status.endsWith('xx') ? from + 99 : from };
}

function shown(deps: Deps, { seq, code, facts, ...kept }: KeptRefusal): RefusedRequest {
  // A code that is no more is shown as it was noted.
  const { title, message } = ERRORS[code as ErrorCode] ?? { title: code, message: '' };
  const docs = `${deps.config.publicUrl}/docs/errors/${code}`;
  return { ...kept, id: String(seq), code, title, message, docs, facts };
}
