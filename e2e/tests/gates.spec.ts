import { expect, type Page } from '@playwright/test';
import { expectNoFault, foundOn, watchShifts, watchViolations } from './faults.ts';
import { serve } from './site.ts';
import { local, testEmail, signInByCode, signup } from './stack.ts';
import { test } from './visitor.ts';

const { edge, demo, project } = local;
const script = `<script type="module" async src="${edge}/v1/dream.js" data-dream-key="${project.pk}"></script>`;
const pageWith = (body: string, head = script) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A site</title>${head}</head><body><main>${body}</main></body></html>`;
const plans = (page: Page) => page.getByRole('button', { name: 'Choose Pro' });
const meter = (page: Page) => page.locator('dream-usage-meter');

/** Everything the browser asks of the edge and Clerk from now on; preflights too. */
function requestsOf(page: Page): string[] {
  const urls: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(page.url()).origin) urls.push(request.url());
  });
  return urls;
}

const consoleOf = (page: Page): string[] => {
  const lines: string[] = [];
  page.on('console', (line) => lines.push(line.text()));
  page.on('pageerror', (error) => lines.push(error.message));
  return lines;
};

test('a third party can keep no cookie in these browsers', async ({ page }) => {
  const tracker = await serve('tracked', {
    'set-cookie': 'seen=1; SameSite=None; Secure; Path=/',
    'access-control-allow-credentials': 'true',
    'access-control-allow-origin': demo,
  });
  await page.goto(tracker.edgeSideUrl);
  await page.goto(tracker.edgeSideUrl);
  expect(tracker.lastHeaders.cookie).toBe('seen=1');
  const other = await serve(pageWith('', ''));
  await page.goto(other.url);
  await page.evaluate(
    (url) => fetch(url, { credentials: 'include', mode: 'no-cors' }),
    tracker.edgeSideUrl,
  );
  expect(tracker.lastHeaders.cookie).toBeUndefined();
  tracker.stop();
  other.stop();
});

test('a price table costs three requests at most and no byte of Clerk', async ({ page }) => {
  const site = await serve(pageWith('<dream-pricing></dream-pricing>'));
  await page.goto('about:blank');
  const urls = requestsOf(page);
  await page.goto(site.url);
  await expect(plans(page)).toBeVisible();
  await page.waitForLoadState('networkidle');
  const asked = urls.filter((url) => url.startsWith(edge));
  expect(asked.length, asked.join('\n')).toBeLessThanOrEqual(3);
  expect(urls.filter((url) => /clerk/i.test(url))).toEqual([]);
  site.stop();
});

test('in another language it costs no request more, moves nothing, and is never read in English', async ({
  page,
}) => {
  const german = pageWith('<dream-pricing></dream-pricing>').replace('lang="en"', 'lang="de"');
  const site = await serve(german);
  await page.addInitScript(() => {
    const seen: { read: Set<string>; moved: number[] } = { read: new Set(), moved: [] };
    Object.assign(globalThis, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        seen.moved.push((entry as PerformanceEntry & { value: number }).value);
    }).observe({ type: 'layout-shift', buffered: true });
    const look = () => {
      const root = document.querySelector('dream-pricing')?.shadowRoot;
      for (const { textContent } of root?.querySelectorAll('button') ?? [])
        seen.read.add(textContent.trim());
      requestAnimationFrame(look);
    };
    look();
  });
  await page.goto('about:blank');
  const urls = requestsOf(page);
  await page.goto(site.url);
  await expect(page.getByRole('button', { name: 'Pro wählen' })).toBeVisible();
  await page.waitForLoadState('networkidle');
  const asked = urls.filter((url) => url.startsWith(edge));
  expect(asked.length, asked.join('\n')).toBeLessThanOrEqual(3);
  const [read, moved] = await page.evaluate(() => {
    const { seen } = globalThis as unknown as { seen: { read: Set<string>; moved: number[] } };
    return [[...seen.read], seen.moved] as const;
  });
  expect(read.filter((text) => /Choose|Get started/.test(text))).toEqual([]);
  expect(moved).toEqual([]);
  site.stop();
});

for (const width of [360, 768, 1280]) {
  test(`nothing moves while the demo loads, ${width} px wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await watchShifts(page);
    await page.goto(demo);
    await expect(plans(page)).toBeVisible();
    await page.waitForLoadState('networkidle');
    expect(await foundOn(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });
}

test('signing up works under the strictest content security policy, with no violation', async ({
  page,
}) => {
  const policy = [
    "default-src 'none'",
    `script-src ${edge}`,
    `connect-src ${edge} ${edge.replace('http', 'ws')}`,
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ];
  const site = await serve(
    pageWith(
      '<dream-signup></dream-signup><dream-pricing></dream-pricing><dream-usage-meter></dream-usage-meter>',
    ),
    { 'content-security-policy': policy.join('; ') },
  );
  await watchViolations(page);
  await page.goto(site.url);
  const email = testEmail();
  await signInByCode(page, email);
  await expect(signup(page).getByRole('button', { name: 'Sign out' })).toBeVisible();
  await expect(meter(page)).toContainText('0 of 10 used');
  expect(await foundOn(page)).toEqual([]);
  site.stop();
});

test('axe finds nothing on the demo, signed out, signing in and signed in, light or dark', async ({
  page,
}) => {
  await page.goto(demo);
  await expect(plans(page)).toBeVisible();
  await expectNoFault(page);
  await page.getByRole('button', { name: 'Write a poem' }).click();
  await expect(signup(page).getByLabel('E-mail')).toBeFocused();
  await expectNoFault(page);
  await signInByCode(page, testEmail());
  await expect(meter(page)).toContainText('1 of 10 used');
  await expectNoFault(page);
  await signup(page).getByRole('button', { name: 'example.com' }).click();
  await expect(signup(page).getByRole('button', { name: 'Change name' })).toBeVisible();
  await expectNoFault(page);
});

test('the moving entry is looked for again in minutes, everything else is kept for ever', async ({
  request,
}) => {
  const entry = await request.get(`${edge}/v1/dream.js`);
  expect(entry.headers()['cache-control']).toMatch(/max-age=300, stale-while-revalidate=\d+/);
  const [, chunk] = /import\(.\.\/(chunks\/[\w.-]+\.js)/.exec(await entry.text()) ?? [];
  for (const path of [`/v1/${chunk}`, '/v1.0.0/dream.js']) {
    const { status, headers } = await head(path);
    expect(status).toBe(200);
    expect(headers['cache-control']).toMatch(/max-age=31536000, immutable/);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['content-type']).toMatch(/javascript/);
  }
  async function head(path: string) {
    const answer = await request.get(`${edge}${path}`);
    return { status: answer.status(), headers: answer.headers() };
  }
});

test('the script included twice draws everything once and says nothing', async ({ page }) => {
  const site = await serve(pageWith('<dream-pricing></dream-pricing>', script + script));
  const lines = consoleOf(page);
  const urls = requestsOf(page);
  await page.goto(site.url);
  await expect(plans(page)).toHaveCount(1);
  await page.waitForLoadState('networkidle');
  expect(urls.filter((url) => url.includes('/api/bootstrap'))).toHaveLength(1);
  expect(lines).toEqual([]);
  site.stop();
});

test('an element added later, by any framework, comes to life', async ({ page }) => {
  const site = await serve(pageWith('<h1>Later</h1>'));
  await page.goto(site.url);
  await page.evaluate(() => {
    const box = document.createElement('section');
    box.innerHTML = '<div><dream-pricing></dream-pricing></div>';
    document.body.append(box);
  });
  await expect(plans(page)).toBeVisible();
  site.stop();
});

test('a listener added before the script is loaded hears what happens', async ({ page }) => {
  const stub = `<script>window.Dream = window.Dream || function () { (Dream.q = Dream.q || []).push([...arguments]) }; Dream('on', 'ready', (event) => { document.title = event.detail.mode })</script>`;
  const site = await serve(pageWith('<dream-pricing></dream-pricing>', stub + script));
  await page.goto(site.url);
  await expect(page).toHaveTitle('test');
  site.stop();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });
  test('the children of an element are seen', async ({ page }) => {
    const site = await serve(
      pageWith('<dream-pricing><a href="/prices">Prices</a></dream-pricing>'),
    );
    await page.goto(site.url);
    await expect(page.getByRole('link', { name: 'Prices' })).toBeVisible();
    site.stop();
  });
});

const faults = [
  ['no key', '', 'needs your publishable key'],
  ['a secret key', 'data-dream-key="sk_test_abc"', 'A secret key (sk_…) is on this page'],
  ['a word that is no key', 'data-dream-key="hello"', '"hello" is no publishable key'],
] as const;
for (const [what, attribute, message] of faults) {
  test(`a page with ${what} is told so where the table would be, and in the console`, async ({
    page,
  }) => {
    const site = await serve(
      pageWith(
        '<dream-pricing></dream-pricing>',
        `<script type="module" async src="${edge}/v1/dream.js" ${attribute}></script>`,
      ),
    );
    const lines = consoleOf(page);
    await page.goto(site.url);
    await expect(page.locator('dream-pricing')).toContainText(message);
    await expect.poll(() => lines.join('\n')).toContain(message);
    site.stop();
  });
}

test.describe('a page that pins a release with the snippet of the build', () => {
  const pinned = async (page: Page) => {
    const snippet = await (await page.request.get(`${edge}/v1.0.0/snippet.html`)).text();
    return serve(
      pageWith(
        '<dream-pricing></dream-pricing>',
        snippet.replaceAll('https://YOUR-EDGE', edge).replace('pk_…', project.pk),
      ),
    );
  };

  test('runs files whose bytes are the ones it knows', async ({ page }) => {
    const site = await pinned(page);
    await page.goto(site.url);
    await expect(plans(page)).toBeVisible();
    site.stop();
  });

  for (const file of ['dream', 'chunks/pricing']) {
    test(`runs no ${file} that was changed on the way`, async ({ page }) => {
      const site = await pinned(page);
      await page.route(`**/v1.0.0/${file}*.js`, async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, body: `${await answer.text()}\n;window.owned=1` });
      });
      const lines = consoleOf(page);
      await page.goto(site.url);
      await expect.poll(() => lines.join('\n')).toMatch(/integrity/);
      await expect(plans(page)).toHaveCount(0);
      expect(await page.evaluate(() => 'owned' in globalThis)).toBe(false);
      site.stop();
    });
  }
});
