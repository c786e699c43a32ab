import type { Scope } from './scope.ts';

/** What to count: a meter's events of a customer, from the first instant to before the last. */
export interface UsageQuery {
  meter: string;
  customer: string;
  fromSeconds: number;
  untilSeconds: number;
}

/**
 * What a customer used of a meter: the sum of the values of its events, or their number for a meter
 * that counts. Reads the rows `{event_name, customer, value, timestamp}` of `billing.meter_event`.
 */
export function usedUnits(scope: Scope, query: UsageQuery): number {
  const meter = scope.get('billing.meter', query.meter);
  if (!meter) return 0;
  const counted = scope
    .list('billing.meter_event')
    .filter(
      (event) =>
        event.event_name === meter.event_name &&
        event.customer === query.customer &&
        Number(event.timestamp) >= query.fromSeconds &&
        Number(event.timestamp) < query.untilSeconds,
    );
  const { formula } = (meter.default_aggregation ?? { formula: 'sum' }) as { formula: string };
  if (formula === 'count') return counted.length;
  if (formula === 'last') return Number(counted.at(-1)?.value ?? 0);
  return counted.reduce((sum, event) => sum + Number(event.value), 0);
}
