import { expect, type Page } from '@playwright/test';
import { type Site, serve } from './site.ts';
import { alertIn, codeFor, local, signInByCode, signup, testEmail } from './stack.ts';
import { ask, newTenant, operatorSecret } from './tenant.ts';
import { test } from './visitor.ts';

const CLOUDFLARE = 'https://challenges.cloudflare.com';
/** Cloudflare's own test keys: the first always lets pass, the second never, the third asks. */
const keyed = (first: 1 | 2 | 3) => ({
  siteKey: `${first}x00000000000000000000${first === 3 ? 'FF' : 'AA'}`,
  secretKey: `${first === 3 ? 1 : first}x0000000000000000000000000000000AA`,
});

/** The page of a project that asks Turnstile, under the strictest policy that allows it. */
async function guardedSite(page: Page, keys: ReturnType<typeof keyed>): Promise<Site> {
  const { id, pk } = await newTenant();
  const path = `/api/projects/${id}/test/turnstile`;
  expect(await ask('PUT', path, operatorSecret, keys)).toHaveProperty('turnstile.siteKey');
  await page.route(`${CLOUDFLARE}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    await route.fulfill({
      response: await route.fetch({ url: local.sandbox.turnstile + pathname }),
    });
  });
  const { edge } = local;
  const policy = [
    "default-src 'none'",
    `script-src ${edge} ${CLOUDFLARE}`,
    `connect-src ${edge} ${edge.replace('http', 'ws')}`,
    "require-trusted-types-for 'script'",
    'trusted-types lit-html dream',
  ];
  return serve(
    `<!doctype html><html lang="en"><title>Quills</title><script type="module" async src="${edge}/v1/dream.js" data-dream-key="${pk}"></script><dream-signup></dream-signup>`,
    { 'content-security-policy': policy.join('; ') },
  );
}

test('where a project asks Turnstile, a person signs up as ever', async ({ page }) => {
  const asked: string[] = [];
  const site = await guardedSite(page, keyed(1));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(site.url);
  await expect(signup(page).getByLabel('E-mail')).toBeVisible();
  expect(asked.filter((url) => url.startsWith(CLOUDFLARE))).toEqual([]);
  const email = testEmail();
  await signInByCode(page, email);
  await expect(signup(page)).toContainText(email);
  expect(asked.some((url) => url.startsWith(CLOUDFLARE))).toBe(true);
  site.stop();
});

test('whom Turnstile takes for a robot is told, and gets no code', async ({ page }) => {
  const site = await guardedSite(page, keyed(2));
  await page.goto(site.url);
  await signup(page).getByLabel('E-mail').fill(testEmail());
  await signup(page).getByRole('button', { name: 'Continue', exact: true }).click();
  await expect(alertIn(signup(page), 'see that you are a person')).toBeVisible();
  await expect(signup(page).getByLabel('E-mail')).toBeVisible();
  site.stop();
});

for (const width of [320, 1280])
  test(`what Turnstile asks a person has room in the form, ${width} px wide`, async ({ page }) => {
    const site = await guardedSite(page, keyed(3));
    await page.setViewportSize({ width, height: 800 });
    await page.goto(site.url);
    const email = testEmail();
    await signup(page).getByLabel('E-mail').fill(email);
    await signup(page).getByRole('button', { name: 'Continue', exact: true }).click();
    const box = page.getByRole('button', { name: 'Verify you are human' });
    await expect(box).toBeVisible();
    const [asked, field] = await Promise.all(
      [box, signup(page).getByLabel('E-mail')].map((each) => each.boundingBox()),
    );
    expect(asked!.x + asked!.width).toBeLessThanOrEqual(field!.x + field!.width);
    await box.click();
    await signup(page)
      .getByLabel('Code')
      .fill(await codeFor(email));
    await expect(signup(page)).toContainText(email);
    site.stop();
  });

test('a page that leaves the check out is refused by the edge itself', async ({ request }) => {
  const { id, pk } = await newTenant();
  await ask('PUT', `/api/projects/${id}/test/turnstile`, operatorSecret, keyed(1));
  const answer = await request.post(`${local.edge}/api/sessions/password?pk=${pk}`, {
    data: { email: testEmail(), password: 'correct horse' },
    headers: { origin: 'http://localhost:1' },
  });
  expect([answer.status(), (await answer.json()).code]).toEqual([403, 'bot_check_failed']);
});
