import { CORNERS, FONTS as EDGE_FONTS } from '@dream/contract/look';
import { SettingsPatch } from '@dream/contract/projects';
import { safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  changedStart,
  firstOpenStep,
  FONTS,
  newStart,
  planOf,
  RADII,
  startBootstrap,
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
});

it('shows the colours and the logo as they will be kept, whatever a paste left around them', () => {
  const pasted = {
    ...named,
    logoUrl: ' https://versa.example/logo.svg ',
    look: { ...named.look, accent: ' #0f766e ' },
  };
  expect(tokensOf(pasted.look)).toEqual({ '--dream-accent': '#0f766e' });
  expect(startBootstrap(pasted).branding).toMatchObject({
    accentColor: '#0f766e',
    logoUrl: 'https://versa.example/logo.svg',
  });
});

it('becomes a project of its name, tiers and products, and of every token that was chosen', () => {
  const look = {
    accent: ' #a8432b',
    surface: '#fffaf0',
    text: '#111111',
    radius: 'none',
    font: 'serif',
  } as const;
  const plan = planOf({ ...newStart('store'), name: ' Versa ', look });
  expect(plan.name).toBe('Versa');
  expect(plan.settings).toEqual({
    accentColor: '#a8432b',
    surfaceColor: '#fffaf0',
    textColor: '#111111',
    corners: 'none',
    font: 'serif',
  });
  expect(safeParse(SettingsPatch, plan.settings).success).toBe(true);
  expect(plan.products).toHaveLength(3);
  expect(planOf(named).settings).toEqual({});
});

it('shows the corners and fonts that the edge gives the widgets', () => {
  const css = (table: object) =>
    Object.fromEntries(Object.entries(table).map(([name, [, value]]) => [name, value]));
  expect(css(RADII)).toEqual(CORNERS);
  expect(css(FONTS)).toEqual({ site: 'inherit', ...EDGE_FONTS });
});
