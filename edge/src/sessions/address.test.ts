import { describe, expect, it } from 'vitest';
import { visitorOf } from './address.ts';

const visitor = (address: string) =>
  visitorOf(new Request('https://edge.test', { headers: { 'cf-connecting-ip': address } }));

describe('whose attempts are counted together', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['2001::1:2:3:4:5', '2001:0:0:1::/64'],
  ])('%s is counted as %s', (address, expected) => {
    expect(visitor(address)).toBe(expected);
  });

  it('is one for everybody whose address nobody states', () => {
    expect(visitorOf(new Request('https://edge.test'))).toBe('unknown');
  });
});
