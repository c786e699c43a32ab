import { faults } from './faults.ts';
import { group, integer, type Params, text } from './form.ts';
import { type Entity, newId, type Scope } from './scope.ts';

const DAY_SECONDS = 86_400;
const OLDEST_SECONDS = 35 * DAY_SECONDS;
const AHEAD_SECONDS = 300;
const NUMBER = /^-?\d+(\.\d{1,12})?$/;

type Keyed = { event_payload_key: string };

/**
 * Records a use. Throws for an event name without an active meter, a payload the meter cannot read,
 * an instant more than 35 days back or 5 minutes ahead, and an identifier that was used within a day.
 */
export function recordUse(scope: Scope, params: Params): Entity {
  const eventName = text(params, 'event_name');
  if (eventName === undefined) throw faults.required('event_name');
  const meter = activeMeter(scope, eventName);
  if (!meter)
    throw faults.invalidParam(
      'event_name',
      `No active meter found for the event name "${eventName}".`,
    );
  const payload = group(params, 'payload');
  if (!payload) throw faults.required('payload');
  const nowSeconds = scope.nowSeconds();
  return scope.put('billing.meter_event', {
    id: newId('mev'),
    object: 'billing.meter_event',
    created: nowSeconds,
    event_name: eventName,
    identifier: identifierOf(scope, params),
    livemode: scope.livemode,
    payload: Object.fromEntries(Object.entries(payload)),
    timestamp: timestampOf(params, nowSeconds),
    ...readPayload(meter, payload),
  });
}

/** The meter that reads events of a name. */
export const activeMeter = (scope: Scope, eventName: string): Entity | undefined =>
  scope
    .list('billing.meter')
    .find((meter) => meter.event_name === eventName && meter.status === 'active');

/** Whose use it is, and how much. A meter that counts needs no value. */
function readPayload(meter: Entity, payload: Params): { customer: string; value: number } {
  const customerKey = (meter.customer_mapping as Keyed).event_payload_key;
  const valueKey = (meter.value_settings as Keyed).event_payload_key;
  const customer = text(payload, customerKey);
  if (customer === undefined) throw faults.required(`payload[${customerKey}]`);
  const { formula } = meter.default_aggregation as { formula: string };
  const value = text(payload, valueKey);
  if (value === undefined && formula !== 'count') throw faults.required(`payload[${valueKey}]`);
  if (value !== undefined && !NUMBER.test(value))
    throw faults.invalidParam(
      `payload[${valueKey}]`,
      `The payload value "${value}" could not be parsed as a number.`,
    );
  return { customer, value: Number(value ?? 1) };
}

function identifierOf(scope: Scope, params: Params): string {
  const identifier = text(params, 'identifier') ?? newId('mevid').slice(6);
  const known = eventOf(scope, identifier);
  if (known && scope.nowSeconds() - Number(known.created) < DAY_SECONDS)
    throw faults.invalidParam(
      'identifier',
      `An event already exists with identifier ${identifier}.`,
    );
  return identifier;
}

function timestampOf(params: Params, nowSeconds: number): number {
  const timestamp = integer(params, 'timestamp') ?? nowSeconds;
  if (timestamp < nowSeconds - OLDEST_SECONDS)
    throw faults.invalidParam('timestamp', 'The timestamp must be within the past 35 days.');
  if (timestamp > nowSeconds + AHEAD_SECONDS)
    throw faults.invalidParam(
      'timestamp',
      'The timestamp must not be more than 5 minutes in the future.',
    );
  return timestamp;
}

const eventOf = (scope: Scope, identifier: string) =>
  scope.list('billing.meter_event').findLast((event) => event.identifier === identifier);

/** Takes a use back, within a day after it was recorded. */
export function cancelUse(scope: Scope, eventName: string, identifier: string): void {
  const event = eventOf(scope, identifier);
  if (!event || event.event_name !== eventName)
    throw faults.invalidParam(
      'cancel[identifier]',
      `No meter event found with identifier ${identifier}.`,
    );
  if (scope.nowSeconds() - Number(event.created) > DAY_SECONDS)
    throw faults.invalidParam(
      'cancel[identifier]',
      'Meter events can only be canceled within 24 hours of being received.',
    );
  // Without its name it belongs to no meter any more; its identifier stays used.
  scope.put('billing.meter_event', { ...event, event_name: '' });
}

/** What a customer used in each window of a time, oldest first; windows without use are left out. */
export function summaries(
  scope: Scope,
  meter: Entity,
  of: { customer: string; startSeconds: number; endSeconds: number; windowSeconds: number },
): Entity[] {
  const used = scope
    .list('billing.meter_event')
    .filter((event) => event.event_name === meter.event_name && event.customer === of.customer);
  const found: Entity[] = [];
  for (let start = of.startSeconds; start < of.endSeconds; start += of.windowSeconds) {
    const end = Math.min(start + of.windowSeconds, of.endSeconds);
    const within = used.filter(({ timestamp: at }) => Number(at) >= start && Number(at) < end);
    if (within.length === 0) continue;
    found.push({
      id: `mtrusg_${meter.id.slice(-12)}${start}`,
      object: 'billing.meter_event_summary',
      aggregated_value: aggregate(meter, within),
      end_time: end,
      livemode: scope.livemode,
      meter: meter.id,
      start_time: start,
    });
  }
  return found;
}

function aggregate(meter: Entity, events: Entity[]): number {
  const { formula } = meter.default_aggregation as { formula: string };
  if (formula === 'count') return events.length;
  if (formula === 'last') {
    const byTime = events.toSorted((one, other) => Number(one.timestamp) - Number(other.timestamp));
    return Number(byTime.at(-1)?.value);
  }
  return events.reduce((sum, { value }) => sum + Number(value), 0);
}
