import { expect, it } from 'vitest';
import { readPreview } from '../../demo-site/pages/preview-config.js';
import { previewLink } from './preview-link.ts';
import { newStart, shownTiers } from './start-draft.ts';
import { SHOWN_KINDS } from './templates.ts';

const PAGE = 'http://localhost:5174/preview';
const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const draftOf = (kind: (typeof SHOWN_KINDS)[number]) => ({
  ...newStart(kind),
  name: 'Versa & <b>söhne</b>',
  logoUrl: 'https://versa.example/logo.svg',
  look: { accent: '#a8432b', surface: '', text: '#111', radius: 'large', font: 'serif' } as const,
});

it.each(SHOWN_KINDS)('is read by the page it leads to as it was made, for a %s', (kind) => {
  const draft = draftOf(kind);
  const { hash } = new URL(previewLink(PAGE, draft, NOW));
  const { preview } = readPreview(hash, NOW + HOUR);
  expect(preview).toMatchObject({
    kind,
    name: draft.name,
    logoUrl: draft.logoUrl,
    look: { accent: '#a8432b', surface: null, text: null, radius: '1.25rem' },
    tiers: shownTiers(draft).map(({ name, displayName, prices }) => ({
      name,
      displayName,
      prices,
    })),
  });
  expect(preview?.products).toHaveLength(kind === 'store' ? 3 : 0);
});

it('holds all of it in the fragment, which is sent to nobody', () => {
  const { pathname, search } = new URL(previewLink(PAGE, draftOf('saas'), NOW));
  expect([pathname, search]).toEqual(['/preview', '']);
});

it('ends after a day', () => {
  const { hash } = new URL(previewLink(PAGE, draftOf('saas'), NOW));
  expect(readPreview(hash, NOW + 24 * HOUR - 1).preview).toBeDefined();
  expect(readPreview(hash, NOW + 24 * HOUR)).toEqual({ reason: 'expired' });
});
