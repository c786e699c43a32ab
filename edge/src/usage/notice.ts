import type { WebhookEvent } from '@dream/contract';
import type { BalanceNotice } from '../credits/balance-notice.ts';

/** What webhooks can be told of a period's usage, each once, and its bit in `told`. */
const BITS = { 80: 1, 100: 2, refused: 4 } as const;

/** A threshold in percent, or the first refusal at the limit. */
export type Moment = 80 | 100 | 'refused';

type Said = Extract<WebhookEvent, { type: 'usage.limit_reached' }>['data'];

/** A moment on its way from a shard to whoever is told. `id` is the event's, the same in each try. */
export interface UsageNotice extends Omit<Said, 'customer'> {
  id: string;
  customerId: string;
  moment: Moment;
}

/** What a shard can have to tell. */
export type Notice = UsageNotice | BalanceNotice;

/** To whom an environment's shards hand notices on. */
export interface NoticesTo {
  projectId: string;
  mode: 'test' | 'live';
}

/**
 * What a call gives to tell of, and `told` with it: the thresholds the count crosses on its way to
 * `afterUnits`, or that the limit refused it (`afterUnits` null). What was told in this period is not
 * told again, also when the limit was raised meanwhile. Nearly always there is nothing.
 */
export function momentsOf(
  { usedUnits, told }: { usedUnits: number; told: number },
  afterUnits: number | null,
  limitUnits: number,
): { moments: Moment[]; told: number } {
  const isAt = (moment: Moment) =>
    moment === 'refused'
      ? afterUnits === null
      : afterUnits !== null &&
        usedUnits * 100 < limitUnits * moment &&
        afterUnits * 100 >= limitUnits * moment;
  const moments = ([80, 100, 'refused'] as const).filter(
    (moment) => (told & BITS[moment]) === 0 && isAt(moment),
  );
  return { moments, told: moments.reduce((sum, moment) => sum | BITS[moment], told) };
}

/** The event a notice becomes, once it is known what the developer calls the customer. */
export function eventOf(notice: Notice, externalId: string | null) {
  const customer = { id: notice.customerId, externalId };
  const about = { id: notice.id, customerId: notice.customerId };
  if ('type' in notice)
    return notice.type === 'credits.low'
      ? { ...about, type: notice.type, data: { customer, ...notice.data } }
      : { ...about, type: notice.type, data: { customer, ...notice.data } };
  const { id: _, customerId: __, moment, ...usage } = notice;
  const data = { customer, ...usage };
  return moment === 'refused'
    ? { ...about, type: 'usage.limit_reached' as const, data }
    : { ...about, type: 'usage.threshold' as const, data: { ...data, percent: moment } };
}
