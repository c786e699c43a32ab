import { page } from '../answer.ts';
import { change } from '../change.ts';
import { faults } from '../faults.ts';
import { group, integer, type Params, text } from '../form.ts';
import { activeMeter, cancelUse, recordUse, summaries } from '../meters.ts';
import type { Answer, Resource } from '../resource.ts';
import { type Entity, newId, type Scope } from '../scope.ts';

/** `/v1/billing/meters`, their events, adjustments and summaries. */
export const meters: Resource = {
  'POST /v1/billing/meters': (scope, params) => createMeter(scope, params),
  'GET /v1/billing/meters': (scope, params) => {
    const status = text(params, 'status');
    const found = scope
      .list('billing.meter')
      .filter((meter) => status === undefined || meter.status === status);
    return page(found, params, '/v1/billing/meters');
  },
  'GET /v1/billing/meters/:id': (scope, _params, id) => scope.must('billing.meter', id),
  'POST /v1/billing/meters/:id': (scope, params, id) => {
    const old = scope.must('billing.meter', id);
    const name = text(params, 'display_name');
    if (name === undefined || name === old.display_name) return old;
    return change(scope, 'billing.meter', 'billing.meter.updated', old, {
      display_name: name,
      updated: scope.nowSeconds(),
    });
  },
  'POST /v1/billing/meters/:id/deactivate': (scope, _params, id) =>
    switchMeter(scope, id, 'inactive'),
  'POST /v1/billing/meters/:id/reactivate': (scope, _params, id) =>
    switchMeter(scope, id, 'active'),
  'GET /v1/billing/meters/:id/event_summaries': (scope, params, id) =>
    listSummaries(scope, params, scope.must('billing.meter', id)),
  'POST /v1/billing/meter_events': (scope, params) => {
    const { id: _, customer: _customer, value: _value, ...shown } = recordUse(scope, params);
    return shown;
  },
  'POST /v1/billing/meter_event_adjustments': (scope, params) => adjust(scope, params),
};

const FORMULAS = ['count', 'last', 'sum'];
const WINDOWS: Record<string, number> = { hour: 3_600, day: 86_400 };

function createMeter(scope: Scope, params: Params): Entity {
  const displayName = text(params, 'display_name');
  if (displayName === undefined) throw faults.required('display_name');
  const eventName = text(params, 'event_name');
  if (eventName === undefined) throw faults.required('event_name');
  const formula = text(group(params, 'default_aggregation') ?? {}, 'formula');
  if (formula === undefined) throw faults.required('default_aggregation[formula]');
  if (!FORMULAS.includes(formula))
    throw faults.invalidParam(
      'default_aggregation[formula]',
      `Invalid default_aggregation[formula]: must be one of ${FORMULAS.join(', ')}`,
    );
  if (activeMeter(scope, eventName))
    throw faults.invalidParam(
      'event_name',
      `There is already an active meter with the event name "${eventName}".`,
    );
  const key = (of: string, usual: string) => ({
    event_payload_key: text(group(params, of) ?? {}, 'event_payload_key') ?? usual,
  });
  const nowSeconds = scope.nowSeconds();
  const meter = scope.put('billing.meter', {
    id: newId(scope.livemode ? 'mtr' : 'mtr_test'),
    object: 'billing.meter',
    created: nowSeconds,
    customer_mapping: { ...key('customer_mapping', 'stripe_customer_id'), type: 'by_id' },
    default_aggregation: { formula },
    display_name: displayName,
    event_name: eventName,
    event_time_window: text(params, 'event_time_window') ?? null,
    livemode: scope.livemode,
    status: 'active',
    status_transitions: { deactivated_at: null },
    updated: nowSeconds,
    value_settings: key('value_settings', 'value'),
  });
  scope.emit('billing.meter.created', meter);
  return meter;
}

function switchMeter(scope: Scope, id: string, status: 'active' | 'inactive'): Entity {
  const old = scope.must('billing.meter', id);
  if (old.status === status) throw faults.wrongState(`The meter is already ${status}.`);
  if (status === 'active' && activeMeter(scope, String(old.event_name)))
    throw faults.wrongState(
      `There is already an active meter with the event name "${old.event_name}".`,
    );
  const nowSeconds = scope.nowSeconds();
  const type = status === 'active' ? 'billing.meter.reactivated' : 'billing.meter.deactivated';
  return change(scope, 'billing.meter', type, old, {
    status,
    status_transitions: { deactivated_at: status === 'active' ? null : nowSeconds },
    updated: nowSeconds,
  });
}

function listSummaries(scope: Scope, params: Params, meter: Entity) {
  const customer = text(params, 'customer');
  if (customer === undefined) throw faults.required('customer');
  const window = text(params, 'value_grouping_window');
  const windowSeconds = window === undefined ? undefined : WINDOWS[window];
  if (window !== undefined && windowSeconds === undefined)
    throw faults.invalidParam('value_grouping_window', 'must be one of hour or day');
  const instant = (name: string) => {
    const at = integer(params, name);
    if (at === undefined) throw faults.required(name);
    if (at % (windowSeconds ?? 60) !== 0)
      throw faults.invalidParam(name, `${name} must align with ${window ?? 'minute'} boundaries.`);
    return at;
  };
  const [startSeconds, endSeconds] = [instant('start_time'), instant('end_time')];
  const found = summaries(scope, meter, {
    customer,
    startSeconds,
    endSeconds,
    windowSeconds: windowSeconds ?? Math.max(1, endSeconds - startSeconds),
  });
  return page(found, params, `/v1/billing/meters/${meter.id}/event_summaries`);
}

function adjust(scope: Scope, params: Params): Answer {
  const eventName = text(params, 'event_name');
  if (eventName === undefined) throw faults.required('event_name');
  if (text(params, 'type') !== 'cancel') throw faults.invalidParam('type', 'must be cancel');
  const identifier = text(group(params, 'cancel') ?? {}, 'identifier');
  if (identifier === undefined) throw faults.required('cancel[identifier]');
  cancelUse(scope, eventName, identifier);
  const adjustment = {
    object: 'billing.meter_event_adjustment',
    cancel: { identifier },
    event_name: eventName,
    livemode: scope.livemode,
    status: 'complete',
    type: 'cancel',
  };
  return adjustment;
}
