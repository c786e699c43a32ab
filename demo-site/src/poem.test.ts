import { describe, expect, it } from 'vitest';
import { DRAWERS } from './couplets.ts';
import { isTheme, poemOf, THEMES } from './poem.ts';

const seeds = Array.from({ length: 300 }, (_, index) => `seed-${index}`);

it('has five themes at least, and knows no other', () => {
  expect(THEMES.length).toBeGreaterThanOrEqual(5);
  expect(THEMES.every(isTheme)).toBe(true);
  for (const other of ['Sea', '', 'toString', null, 4, ['sea']]) expect(isTheme(other)).toBe(false);
});

describe.each(THEMES)('%s', (theme) => {
  it('gives the same poem for the same seed', () => {
    for (const seed of seeds.slice(0, 20)) expect(poemOf(theme, seed)).toEqual(poemOf(theme, seed));
  });

  it('gives many poems, and uses every title and couplet it has', () => {
    const poems = seeds.map((seed) => poemOf(theme, seed));
    const distinct = new Set(poems.map((poem) => JSON.stringify(poem)));
    expect(distinct.size).toBeGreaterThan(100);
    const { titles, openings, closings } = DRAWERS[theme];
    expect(new Set(poems.map(({ title }) => title)).size).toBe(titles.length);
    const firstWords = (line = '') => line.split(/[ ,]/).slice(0, 1).join(' ');
    const begins = (at: number) => new Set(poems.map(({ lines }) => firstWords(lines[at])));
    const written = (couplets: readonly (readonly [string, string])[]) =>
      new Set(couplets.map(([line]) => firstWords(line)));
    expect(begins(0)).toEqual(written(openings));
    expect(begins(2)).toEqual(written(closings));
  });

  it('fills every slot of four whole lines', () => {
    for (const { title, lines } of seeds.map((seed) => poemOf(theme, seed))) {
      expect(lines).toHaveLength(4);
      for (const text of [title, ...lines]) expect(text).toMatch(/^[A-Za-z][\w ,.;:'-]+$/);
      for (const end of [lines[1], lines[3]]) expect(end).toMatch(/\.$/);
      for (const start of [lines[0], lines[2]]) expect(start).toMatch(/^[A-Z]/);
    }
  });
});
