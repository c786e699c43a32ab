import { describe, expect, it } from 'vitest';
import {
  changedStart,
  cssOf,
  firstOpenStep,
  newStart,
  planOf,
  startFaults,
  tokensOf,
  withKind,
} from './start-draft.ts';
import { TEMPLATES } from './templates.ts';

const named = { ...newStart('saas'), name: 'Versa' };

describe('the steps', () => {
  it('wait for a name, and for nothing else', () => {
    expect(firstOpenStep(newStart())).toBe('branding');
    expect(firstOpenStep(named)).toBe('preview');
  });

  it('lead back to a tier that is not right, by its place', () => {
    const tiers = named.tiers.map((tier, index) =>
      index === 1 ? { ...tier, name: 'free' } : tier,
    );
    expect(firstOpenStep({ ...named, tiers })).toBe('tiers');
    expect(startFaults({ ...named, tiers }, 'tiers')).toEqual({
      '1.name': 'Another tier has this name.',
    });
  });

  it.each(['javascript:alert(1)', 'logo.svg', 'https://ada:secret@versa.example/'])(
    'take no logo from %s',
    (logoUrl) => {
      expect(startFaults({ ...named, logoUrl }, 'branding')).toHaveProperty('logoUrl');
    },
  );
});

describe('another kind', () => {
  it('brings its own tiers', () => {
    expect(withKind(named, 'membership').tiers).toBe(TEMPLATES.membership.tiers);
  });

  it('leaves tiers that were changed by hand', () => {
    const tiers = named.tiers.slice(0, 2);
    expect(withKind({ ...named, tiers }, 'membership').tiers).toBe(tiers);
  });
});

it('is the same project while only its looks change, and another one by another name', () => {
  const look = { ...named.look, accent: '#a8432b' };
  expect(changedStart(named, { look }).key).toBe(named.key);
  expect(changedStart(named, { name: 'Quills' }).key).not.toBe(named.key);
});

it('says nothing of colours that are the page’s own or no colours', () => {
  const look = { ...named.look, accent: 'red;}', surface: '', radius: 'none' } as const;
  expect(tokensOf(look)).toEqual({ '--dream-radius': '0' });
  expect(cssOf(look)).toBe(':root {\n  --dream-radius: 0;\n}');
  expect(cssOf(named.look)).toBe('');
  expect(cssOf({ ...named.look, accent: '#a8432b' })).toBe('');
});

it('becomes a project of its name, logo, accent, tiers and products', () => {
  const look = { ...named.look, accent: '#a8432b' };
  const plan = planOf({ ...newStart('store'), name: ' Versa ', look });
  expect(plan).toMatchObject({ name: 'Versa', settings: { accentColor: '#a8432b' } });
  expect(plan.settings).not.toHaveProperty('logoUrl');
  expect(plan.products).toHaveLength(3);
});
