import { page } from '../answer.ts';
import { faults } from '../faults.ts';
import { flag, group, integer, type Params, strings, text } from '../form.ts';
import type { Resource } from '../resource.ts';
import type { Entity, Scope } from '../scope.ts';

/** Sends an event once more: to an endpoint of that id, or to the Stripe CLI; to all without one. */
export type Resend = (
  scope: Scope,
  event: Entity,
  to: { endpointId?: string; cli: boolean },
) => void;

/** `/v1/events`. */
export const events = (resend: Resend): Resource => ({
  'GET /v1/events': (scope, params) => {
    const types = [
      ...strings(params, 'types'),
      ...(text(params, 'type') ? [text(params, 'type')] : []),
    ];
    const wanted = (type: string) => types.length === 0 || types.some((one) => fits(type, one));
    const within = createdWithin(params);
    const found = scope
      .list('event')
      .filter((event) => wanted(String(event.type)) && within(Number(event.created)));
    return page(found, params, '/v1/events');
  },
  'GET /v1/events/:id': (scope, _params, id) => scope.must('event', id),
  'POST /v1/events/:id/retry': (scope, params, id) => {
    const event = scope.must('event', id);
    const endpointId = text(params, 'webhook_endpoint');
    const cli = flag(params, 'for_stripecli') === true;
    resend(scope, event, { cli, ...(endpointId === undefined ? {} : { endpointId }) });
    return event;
  },
});

/** Whether a type is another, or one of a group as `charge.*`. */
const fits = (type: string, wanted: string | undefined): boolean =>
  wanted?.endsWith('.*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;

function createdWithin(params: Params): (atSeconds: number) => boolean {
  const at = integer(params, 'created');
  if (at !== undefined) return (seconds) => seconds === at;
  const given = group(params, 'created') ?? {};
  const [gt, gte, lt, lte] = ['gt', 'gte', 'lt', 'lte'].map((name) => integer(given, name));
  if ([gt, gte, lt, lte].some((bound) => bound !== undefined && bound < 0))
    throw faults.invalidParam('created', 'Invalid timestamp.');
  return (seconds) =>
    seconds > (gt ?? -1) &&
    seconds >= (gte ?? 0) &&
    seconds < (lt ?? Number.POSITIVE_INFINITY) &&
    seconds <= (lte ?? Number.POSITIVE_INFINITY);
}
