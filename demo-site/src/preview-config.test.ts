import { describe, expect, it } from 'vitest';
import { readPreview } from '../pages/preview-config.js';

const NOW = 1_800_000_000_000;
const tier = {
  name: 'pro',
  displayName: 'Pro',
  description: '',
  price: 1900,
  currency: 'usd',
  interval: 'month',
  limit: 100,
  features: ['A line'],
  popular: false,
  priceId: 'preview_0',
  prices: [{ priceId: 'preview_0', price: 1900, currency: 'usd', interval: 'month' }],
  trialDays: 0,
  overage: [],
};
const good = {
  madeAtMs: NOW,
  kind: 'saas',
  name: 'Versa',
  logoUrl: null,
  look: { accent: null, surface: null, text: null, radius: '0.75rem', font: 'inherit' },
  tiers: [tier],
  products: [],
};
const fragment = (config: unknown) =>
  `#${Buffer.from(JSON.stringify(config)).toString('base64url')}`;
const read = (part: object) => readPreview(fragment({ ...good, ...part }), NOW);

it('shows what is right', () => {
  expect(read({})).toMatchObject({ preview: { name: 'Versa', tiers: [{ displayName: 'Pro' }] } });
});

it('leaves out whatever it does not know', () => {
  const { preview } = read({ onload: 'alert(1)', tiers: [{ ...tier, innerHTML: '<b>' }] });
  expect(JSON.stringify(preview)).not.toMatch(/alert|innerHTML/);
});

it('keeps markup as the text it is', () => {
  const name = '<img src=x onerror=alert(1)>';
  expect(read({ name }).preview?.name).toBe(name);
});

describe('shows nothing of', () => {
  it.each([
    ['a logo that would run', { logoUrl: 'javascript:alert(1)' }],
    ['a logo with data in it', { logoUrl: 'data:image/svg+xml,<svg onload=alert(1)>' }],
    ['a logo with a password', { logoUrl: 'https://ada:secret@versa.example/' }],
    [
      'a colour that is more than one',
      { look: { ...good.look, accent: 'red;background:url(//x)' } },
    ],
    ['a font that is none of ours', { look: { ...good.look, font: 'url(//x)' } }],
    ['corners that are none of ours', { look: { ...good.look, radius: '1px) url(//x' } }],
    ['a kind that is the name of a method', { kind: 'toString' }],
    ['an endless name', { name: 'x'.repeat(61) }],
    ['a price that is no number', { tiers: [{ ...tier, price: '19' }] }],
    ['too many tiers', { tiers: Array.from({ length: 21 }, () => tier) }],
    ['a tier that is not there', { tiers: [null] }],
    ['a date of tomorrow, to last longer', { madeAtMs: NOW + 3_600_000 }],
    ['no date', { madeAtMs: null }],
  ])('%s', (_, part) => {
    expect(read(part)).toEqual({ reason: 'wrong' });
  });

  it.each([
    ['nothing', ''],
    ['no base64', '#{"name":"Versa"}'],
    ['no JSON', `#${Buffer.from('Versa').toString('base64url')}`],
    ['null', fragment(null)],
    ['bytes that are no text', `#${Buffer.from([0xff, 0xfe]).toString('base64url')}`],
    ['far too much', `#${'A'.repeat(200_000)}`],
  ])('an address with %s', (_, hash) => {
    expect(readPreview(hash, NOW)).toEqual({ reason: 'wrong' });
  });
});
