import { type BrowserContext, expect, type Page } from '@playwright/test';
import { local, pay, signInByCode, signup, testEmail } from './stack.ts';
import { test } from './visitor.ts';

const { demo, edge, project } = local;
const NAME = `dream:${project.pk}`;
const account = (page: Page, email: string) => signup(page).getByRole('button', { name: email });
const meter = (page: Page) => page.locator('dream-usage-meter');
const signedOut = (page: Page) => signup(page).getByRole('button', { name: 'Sign in' });

/** A tab of the demo whose visitor is signed in, with its address. */
async function signedIn(context: BrowserContext): Promise<{ page: Page; email: string }> {
  const page = await context.newPage();
  const email = testEmail();
  await page.goto(demo);
  await signedOut(page).click();
  // Once its live socket was answered, a page asks for no token by itself.
  const live = new Promise((resolve) => {
    page.once('websocket', (socket) => socket.once('framereceived', resolve));
  });
  await signInByCode(page, email);
  await expect(account(page, email)).toBeVisible();
  await live;
  return { page, email };
}

/** Changes what the page keeps of its session. */
const tamper = (page: Page, change: (kept: Kept) => unknown): Promise<void> =>
  page.evaluate(
    ([name, body]) => {
      const kept = JSON.parse(localStorage.getItem(name) ?? '{}');
      // oxlint-disable-next-line no-implied-eval -- A function cannot be handed to a page as such.
      const changed = new Function('kept', `return (${body})(kept)`)(kept);
      localStorage.setItem(name, typeof changed === 'string' ? changed : JSON.stringify(changed));
    },
    [NAME, String(change)] as const,
  );

interface Kept {
  accessToken: string;
  refreshToken: string;
  goodUntilMs: number;
}

test('signing in and out in one tab does so in all of them', async ({ context }) => {
  const other = await context.newPage();
  await other.goto(demo);
  await expect(signedOut(other)).toBeVisible();
  const { page, email } = await signedIn(context);
  await expect(account(other, email)).toBeVisible();
  await expect(meter(other)).toContainText('0 of 10 used');

  await page.getByRole('button', { name: 'Write a poem' }).click();
  await expect(meter(other)).toContainText('1 of 10 used');

  await account(other, email).click();
  await signup(other).getByRole('button', { name: 'Sign out' }).click();
  await expect(signedOut(page)).toBeVisible();
  await expect(signedOut(other)).toBeVisible();
});

test('a plan that is cancelled in the portal shows its end at once in another tab', async ({
  context,
}) => {
  const { page, email } = await signedIn(context);
  const pro = (tab: Page) =>
    tab.locator('dream-pricing').getByRole('listitem').filter({ hasText: 'Pro' });
  await pro(page).getByRole('button', { name: 'Choose Pro' }).click();
  await page.waitForURL(/\/c\/pay\//);
  await pay(page, '4242 4242 4242 4242');
  const other = await context.newPage();
  await other.goto(demo);
  await expect(account(other, email)).toBeVisible();
  await expect(pro(other)).toContainText('Your plan');
  await pro(page).getByRole('button', { name: 'Manage billing' }).click();
  // The page itself has such a button, too.
  await page.waitForURL(/\/p\/session\//);
  await page.getByRole('button', { name: 'Cancel plan' }).click();
  await expect(pro(other)).toContainText('Ends on');
});

test('a plan that changes after a page asked for it, and before its live line is up, is shown', async ({
  context,
}) => {
  const { email } = await signedIn(context);
  const other = await context.newPage();
  let letThrough = () => {};
  const held = new Promise<void>((resolve) => (letThrough = resolve));
  await other.routeWebSocket(/\/api\/live/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => void held.then(() => server.send(message)));
  });
  await other.goto(demo);
  await expect(meter(other)).toContainText('0 of 10 used');
  const headers = { authorization: `Bearer ${project.sk}`, 'content-type': 'application/json' };
  const found = await fetch(`${edge}/api/customers?email=${encodeURIComponent(email)}`, {
    headers,
  });
  const { customers } = (await found.json()) as { customers: { id: string }[] };
  const body = JSON.stringify({ plan: 'studio' });
  const url = `${edge}/api/customers/${customers[0]?.id}`;
  expect((await fetch(url, { method: 'PATCH', headers, body })).status).toBe(200);
  letThrough();
  await expect(meter(other)).toContainText('0 of 10,000 used');
  await expect(
    other.locator('dream-pricing').getByRole('listitem').filter({ hasText: 'Studio' }),
  ).toContainText('Your plan');
});

test('an access token that is used up is replaced in silence, without Clerk', async ({
  context,
}) => {
  const { page, email } = await signedIn(context);
  const urls: string[] = [];
  page.on('request', (request) => urls.push(request.url()));
  const before = await keptOf(page);
  await tamper(page, (kept) => ({ ...kept, goodUntilMs: 0 }));
  await page.reload();
  await expect(account(page, email)).toBeVisible();
  const after = await keptOf(page);
  expect(after.accessToken).not.toBe(before.accessToken);
  expect(after.refreshToken).not.toBe(before.refreshToken);
  expect(urls.filter((url) => url.includes('/api/sessions/refresh'))).toHaveLength(1);
  expect(urls.filter((url) => /clerk/i.test(url))).toEqual([]);
});

test('an access token that was changed is replaced by the refresh token beside it', async ({
  context,
}) => {
  const { page, email } = await signedIn(context);
  await tamper(page, (kept) => ({ ...kept, accessToken: `${kept.accessToken}x` }));
  await page.reload();
  await expect(account(page, email)).toBeVisible();
});

test('four tabs that wake at once with an old token stay signed in and refresh once', async ({
  context,
}) => {
  const { page, email } = await signedIn(context);
  await tamper(page, (kept) => ({ ...kept, goodUntilMs: 0 }));
  const tabs = await Promise.all([0, 1, 2, 3].map(() => context.newPage()));
  let refreshes = 0;
  context.on('request', (request) => {
    if (request.url().includes('/api/sessions/refresh')) refreshes++;
  });
  await Promise.all(tabs.map((tab) => tab.goto(demo)));
  for (const tab of tabs) await expect(account(tab, email)).toBeVisible();
  expect(refreshes).toBe(1);
});

test('a tab whose answer to a refresh was lost asks again and stays signed in', async ({
  context,
}) => {
  const { page, email } = await signedIn(context);
  await tamper(page, (kept) => ({ ...kept, goodUntilMs: 0 }));
  let lost = 0;
  await page.route('**/api/sessions/refresh*', async (route) => {
    if (lost++ > 0) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await page.reload();
  await expect.poll(() => lost).toBeGreaterThan(0);
  await page.reload();
  await expect(account(page, email)).toBeVisible();
  expect(lost).toBeGreaterThan(1);
});

test('a navigation in the middle of a refresh signs nobody out', async ({ context }) => {
  const { page, email } = await signedIn(context);
  for (const _ of [1, 2, 3]) {
    await tamper(page, (kept) => ({ ...kept, goodUntilMs: 0 }));
    const asked = page.waitForRequest('**/api/sessions/refresh*');
    await page.reload({ waitUntil: 'commit' });
    await asked;
    // The answer finds nobody: the page that asked is gone.
    await page.goto(`${demo}/?next`);
    await expect(account(page, email)).toBeVisible();
  }
});

test('a visitor who returns is signed in after one request to the edge', async ({ context }) => {
  const { page, email } = await signedIn(context);
  const asked: string[] = [];
  let isKnown = false;
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url());
    const isRead =
      origin === edge && request.method() !== 'OPTIONS' && pathname.startsWith('/api/');
    if (isRead && !isKnown) asked.push(pathname);
  });
  await page.reload();
  await expect(account(page, email)).toBeVisible();
  isKnown = true;
  // What every visitor loads comes beside it; a fresh token is not replaced.
  expect(asked.filter((path) => path !== '/api/bootstrap')).toEqual(['/api/me']);
});

test('a stolen refresh token that was replaced long ago ends the session everywhere', async ({
  context,
  request,
}) => {
  const { page, email } = await signedIn(context);
  const stolen = (await keptOf(page)).refreshToken;
  const renew = async () => {
    await tamper(page, (kept) => ({ ...kept, goodUntilMs: 0 }));
    await page.reload();
    await expect(account(page, email)).toBeVisible();
  };
  await renew();
  await renew();
  const answer = await request.post(`${edge}/api/sessions/refresh?pk=${project.pk}`, {
    data: { refreshToken: stolen },
    headers: { origin: new URL(demo).origin },
  });
  expect(answer.status()).toBe(401);
  await expect(signedOut(page)).toBeVisible();
});

test('a session that ended while the live line was cut ends in the page when it is back', async ({
  context,
  request,
}) => {
  let isCut = false;
  const lines: (() => void)[] = [];
  await context.routeWebSocket('**/api/live*', (socket) => {
    if (isCut) return void socket.close();
    const server = socket.connectToServer();
    lines.push(() => {
      void server.close();
      void socket.close();
    });
  });
  const page = await context.newPage();
  const email = testEmail();
  await page.goto(demo);
  await signedOut(page).click();
  await signInByCode(page, email);
  await expect(account(page, email)).toBeVisible();
  await expect.poll(() => lines.length).toBe(1);
  const { refreshToken } = await keptOf(page);
  isCut = true;
  lines[0]?.();
  const ended = await request.post(`${edge}/api/sessions/end?pk=${project.pk}`, {
    data: { refreshToken },
    headers: { origin: new URL(demo).origin },
  });
  expect(ended.status()).toBe(200);
  isCut = false;
  await expect(signedOut(page)).toBeVisible();
});

const garbage: [string, (kept: Kept) => unknown][] = [
  ['no JSON', () => 'not { json'],
  ['a number', () => 7],
  ['an empty object', () => ({})],
  ['tokens that are no text', () => ({ accessToken: 1, refreshToken: [], goodUntilMs: 'soon' })],
  [
    'made-up tokens that seem good for ever',
    () => ({ accessToken: 'a.b.c', refreshToken: 'r', goodUntilMs: 9e15 }),
  ],
];
for (const [what, change] of garbage) {
  test(`a page whose storage holds ${what} shows a visitor who can sign in`, async ({
    context,
  }) => {
    const { page } = await signedIn(context);
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await tamper(page, change);
    await page.reload();
    await expect(signedOut(page)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Choose Pro' })).toBeVisible();
    await signedOut(page).click();
    const email = testEmail();
    await signInByCode(page, email);
    await expect(account(page, email)).toBeVisible();
    expect(errors).toEqual([]);
  });
}

const keptOf = (page: Page): Promise<Kept> =>
  page.evaluate((name) => JSON.parse(localStorage.getItem(name) ?? '') as Kept, NAME);
