import { describe, expect, it } from 'vitest';
import { keyDetails, originDetails, settingsDetails } from './audit-details.ts';
import { initialSettings } from './initial-settings.ts';

const settings = initialSettings('Versa', 'test');

describe('what an entry of the audit log tells', () => {
  it('is the settings that differ, as they were and as they are', () => {
    const after = { ...settings, accentColor: '#a8432b', password: false, sessionDays: 60 };
    expect(settingsDetails(settings, after)).toEqual([
      { field: 'accentColor', before: [], after: ['#a8432b'] },
      { field: 'password', before: ['yes'], after: ['no'] },
    ]);
  });

  it('is the origins that came and went, and nothing when none did', () => {
    expect(
      originDetails(['https://a.example', 'https://b.example'], ['https://b.example']),
    ).toEqual([{ field: 'origins', before: ['https://a.example'], after: [] }]);
    expect(originDetails(['https://a.example'], ['https://a.example'])).toEqual([]);
  });

  it('is bounded, however much was changed', () => {
    const many = Array.from({ length: 5000 }, (_, at) => `https://${'a'.repeat(300)}${at}.example`);
    const [detail] = originDetails([], many);
    expect(detail?.after).toHaveLength(31);
    expect(detail?.after.at(-1)).toBe('and 4970 more');
    expect(JSON.stringify(detail).length).toBeLessThan(7_000);
  });

  it('names a key by its hint', () => {
    expect(keyDetails({ name: 'Server', hint: 'sk_test_…wxyz' })).toEqual([
      { field: 'name', before: [], after: ['Server'] },
      { field: 'key', before: [], after: ['sk_test_…wxyz'] },
    ]);
  });
});
