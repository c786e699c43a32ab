import type { Bootstrap, UsageStatus } from '@dream/contract';
import { previewBootstrap, previewOf } from '../../tier-draft.ts';
import { TEMPLATES } from '../../templates.ts';

/** A price table as it comes, drawn without any network. */
export const samplePrices: { bootstrap: Partial<Bootstrap>; customer: null } = {
  bootstrap: previewBootstrap(TEMPLATES.saas.tiers.map(previewOf)),
  customer: null,
};

const DAY_MS = 86_400_000;
const day = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);

/** A usage meter in the middle of a month. */
export function sampleUsage(nowMs: number): {
  bootstrap: Partial<Bootstrap>;
  usage: UsageStatus[];
} {
  const resetsAtMs = nowMs + 11 * DAY_MS;
  return {
    bootstrap: samplePrices.bootstrap,
    usage: [
      {
        userId: 'preview',
        plan: 'pro',
        feature: 'requests',
        usageCount: 6240,
        limit: 10_000,
        remaining: 3760,
        periodStart: day(resetsAtMs - 30 * DAY_MS),
        periodEnd: day(resetsAtMs - DAY_MS),
        resetsAtMs,
      },
    ],
  };
}

/** Who looks at a sample. */
export const samplePerson = { id: 'preview', email: 'ada@example.com', plan: 'pro' };
