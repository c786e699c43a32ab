import { describe, expect, it } from 'vitest';
import { initialSettings } from '../projects/initial-settings.ts';
import { lookOf } from './look.ts';

const settings = initialSettings('Versa', 'test');

describe('the look of the widgets', () => {
  it('is left to the page by who chose nothing', () => {
    expect(lookOf(settings)).toEqual({});
  });

  it('is every token that was chosen', () => {
    const chosen = { ...settings, accentColor: '#a8432b', surfaceColor: '#fffaf0' };
    expect(lookOf({ ...chosen, textColor: '#111111', corners: 'none', font: 'serif' })).toEqual({
      accent: '#a8432b',
      surface: '#fffaf0',
      text: '#111111',
      radius: '0',
      font: 'ui-serif, Georgia, serif',
    });
  });
});
