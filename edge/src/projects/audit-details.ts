import type { AuditDetail, CreditGrant, Settings } from '@dream/contract';
import type { TierRecord } from '../catalog/tier.ts';
import { differing, productFields, shown, tierFields } from '../promotion/promotion.ts';
import type { ProductRecord } from '../store/product.ts';

/** The most lines of a side that are kept, and characters of a line. */
const MOST_LINES = 30;
const MOST_CHARACTERS = 200;

/** What saving a tier changed; all of it of a new one. */
export const tierDetails = (before: TierRecord | null, after: TierRecord): AuditDetail[] =>
  told(differing(tierFields(after, before)));

/** What saving a product changed; all of it of a new one. */
export const productDetails = (before: ProductRecord | null, after: ProductRecord): AuditDetail[] =>
  told(differing(productFields(after, before)));

/** What a change of settings changed. */
export const settingsDetails = (before: Settings, after: Settings): AuditDetail[] =>
  told(
    differing(
      (Object.keys(after) as (keyof Settings)[]).map((field) => [
        field,
        shown(after[field]),
        shown(before[field] ?? null),
      ]),
    ),
  );

/** Which origins came and went. */
export function originDetails(before: readonly string[], after: readonly string[]): AuditDetail[] {
  const gone = before.filter((origin) => !after.includes(origin));
  const come = after.filter((origin) => !before.includes(origin));
  return gone.length + come.length === 0
    ? []
    : told([{ field: 'origins', before: gone, after: come }]);
}

/** Which key it was: its name, and the hint that tells it from others. Never the key. */
export const keyDetails = ({ name, hint }: { name: string; hint: string }): AuditDetail[] =>
  told([
    { field: 'name', before: [], after: [name] },
    { field: 'key', before: [], after: [hint] },
  ]);

/** How many credits were given, until when, and why. */
export const grantDetails = ({ units, expiresAtMs, note }: CreditGrant): AuditDetail[] =>
  told([
    { field: 'credits', before: [], after: [`${units}`] },
    ...(expiresAtMs === null
      ? []
      : [{ field: 'expiresAt', before: [], after: [new Date(expiresAtMs).toISOString()] }]),
    ...(note === null ? [] : [{ field: 'note', before: [], after: [note] }]),
  ]);

/** Only what fits, so that no entry grows without bound; lines left out are counted. */
const told = (details: readonly AuditDetail[]): AuditDetail[] =>
  details.map(({ field, before, after }) => ({ field, before: few(before), after: few(after) }));

function few(lines: readonly string[]): string[] {
  const kept = lines.slice(0, MOST_LINES).map((line) => line.slice(0, MOST_CHARACTERS));
  const left = lines.length - kept.length;
  return left === 0 ? kept : [...kept, `and ${left} more`];
}
