import { describe, expect, it } from 'vitest';
import { newsOf } from './payment.ts';

const paid = { status: 'succeeded', refundedMinor: 0, dispute: null } as const;
const failed = { ...paid, status: 'failed' } as const;
const pending = { ...paid, status: 'pending' } as const;
const back = (refundedMinor: number) => ({ ...paid, refundedMinor });
const disputed = (dispute: string) => ({ ...paid, dispute });

describe('what is new of a charge', () => {
  it.each([
    ['one that succeeded', undefined, paid, []],
    ['one that failed', undefined, failed, ['payment.failed']],
    ['one that was pending and failed', pending, failed, ['payment.failed']],
    ['one that failed, looked at again', failed, failed, []],
    ['one given back in part', paid, back(500), ['payment.refunded']],
    ['one given back in part, looked at again', back(500), back(500), []],
    ['one of which more is given back', back(500), back(1900), ['payment.refunded']],
    ['one whose refund failed', back(1900), back(0), []],
    ['one in dispute', paid, disputed('needs_response'), ['payment.disputed']],
    ['one whose dispute goes on', disputed('needs_response'), disputed('lost'), []],
    [
      'one first seen when all of it is over',
      undefined,
      { ...disputed('won'), refundedMinor: 500 },
      ['payment.refunded', 'payment.disputed'],
    ],
  ] as const)('of %s', (_, known, now, news) => {
    expect(newsOf(known, now)).toEqual(news);
  });
});
