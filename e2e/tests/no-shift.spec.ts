import { expect } from '@playwright/test';
import { noShiftCss, type ShownTier } from '../../dashboard/src/no-shift.ts';
import { foundOn, watchShifts } from './faults.ts';
import { serve } from './site.ts';
import { local } from './stack.ts';
import { ask, newTenant, operatorSecret } from './tenant.ts';
import { test } from './visitor.ts';

/** A tenant whose plans have much to say. */
async function wordyTenant() {
  const tenant = await newTenant();
  for (const [position, name] of ['team', 'company', 'world'].entries())
    await ask('PUT', `/api/projects/${tenant.id}/test/tiers/${name}`, operatorSecret, {
      displayName: `The plan for a whole ${name}`,
      description: 'For people who write every day, at every hour, and never wait for the others.',
      prices: [{ priceMinor: 1900 * (position + 1), currency: 'eur', interval: 'month' }],
      features: [{ kind: 'metered', name: 'requests', limitUnits: 1000 }],
      highlights: Array.from(
        { length: 3 + 3 * position },
        (_, n) => `Answer number ${n} by e-mail`,
      ),
      trialDays: 14,
      position: position + 1,
    });
  return tenant;
}

test('with the CSS of the dashboard a page of these very plans never moves, and keeps no room for twice as many', async ({
  page,
}) => {
  await watchShifts(page);
  for (const { id, pk } of [local.project, await wordyTenant()]) {
    const path = `/api/projects/${id}/test/tiers`;
    const { tiers } = (await ask('GET', path, operatorSecret)) as { tiers: ShownTier[] };
    const site = await serve(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A site</title>
      <meta name="viewport" content="width=device-width"><style>${noShiftCss(tiers)}</style>
      <script type="module" async src="${local.edge}/v1/dream.js" data-dream-key="${pk}"></script></head><body>
      <dream-signup compact></dream-signup><dream-usage-meter></dream-usage-meter><dream-pricing></dream-pricing>
      <p>What comes after</p></body></html>`,
    );
    for (const width of [360, 760, 1280]) {
      await page.setViewportSize({ width, height: 3000 });
      await page.goto(site.url);
      await expect(page.locator('dream-pricing').getByRole('button').first()).toBeVisible();
      await expect(page.locator('dream-signup').getByRole('button').first()).toBeVisible();
      await page.waitForLoadState('networkidle');
      expect(await foundOn(page)).toEqual([]);
      const room = await page.locator('dream-pricing').evaluate((table) => {
        const kept = table.getBoundingClientRect().height;
        (table as HTMLElement).style.minBlockSize = '0';
        return { kept, taken: table.getBoundingClientRect().height };
      });
      expect(room.kept).toBeGreaterThanOrEqual(room.taken);
      expect(room.kept).toBeLessThan(room.taken * 1.6);
    }
    site.stop();
  }
});
