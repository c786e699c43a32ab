import { describe, expect, it } from 'vitest';
import { Unrolled } from './unrolled.ts';

const meter = (index: number) => ({ customerId: `cust_${index}`, feature: 'requests' });

describe('what was counted and not handed over', () => {
  it('is to be noted on disk by the first meter only, and again when it was settled', () => {
    const unrolled = new Unrolled(false);
    expect([unrolled.add(meter(1)), unrolled.add(meter(2))]).toEqual([true, false]);
    unrolled.settled();
    expect(unrolled.add(meter(1))).toBe(true);
    expect(new Unrolled(true).add(meter(1))).toBe(false);
  });

  it('is looked for among all meters only when something stands on disk', () => {
    expect(new Unrolled(false).walkedTo).toBe(null);
    expect(new Unrolled(true).walkedTo).not.toBe(null);
  });

  it('never fills the memory: of too many meters all are looked through', () => {
    const unrolled = new Unrolled(false);
    for (let index = 0; index < 50_000; index++) unrolled.add(meter(index));
    expect(unrolled.meters().length).toBeLessThanOrEqual(20_000);
    expect(unrolled.walkedTo).not.toBe(null);
  });
});
