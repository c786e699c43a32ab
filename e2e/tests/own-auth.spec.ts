import { expect, type Page } from '@playwright/test';
import { type Site, serve } from './site.ts';
import { local, signup } from './stack.ts';
import { ask, newTenant, type Tenant } from './tenant.ts';
import { test } from './visitor.ts';

let tenant: Tenant;
test.beforeAll(async () => {
  tenant = await newTenant();
});

/** What the edge answers the site's server. */
interface Session {
  accessTokenExpiresAtMs: number;
  customer: { id: string };
}

/** An id of the site's own that nobody had before. */
const newUser = (): string => `user-${crypto.randomUUID()}`;

const sessionOf = (externalId: string, { sk } = tenant): Promise<Session> =>
  ask('POST', '/api/sessions', sk, { externalId });

/** A text as the value of an attribute in single quotes, as docs/guides/own-auth.md has it. */
const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll("'", '&#39;');

const METER = '<dream-usage-meter></dream-usage-meter>';

/** A page of a site with its own login, as its server renders it. */
function pageWith(session: string | null, body = METER): string {
  const given = session === null ? '' : ` data-dream-session='${attribute(session)}'`;
  return `<!doctype html><html lang="en"><title>Quills</title><script type="module" async src="${local.edge}/v1/dream.js" data-dream-key="${tenant.pk}"${given}></script>${body}`;
}

const siteWith = (session: string | null, body = METER) => serve(pageWith(session, body));

/** Who is signed in, by the site's own id, once the page knows. */
const whoIn = (page: Page): Promise<string | null> =>
  page.evaluate(async () => {
    const { Dream } = window as unknown as {
      Dream: { ready: Promise<void>; customer: { externalId: string } | null };
    };
    await Dream.ready;
    return Dream.customer?.externalId ?? null;
  });

const call = (page: Page, method: 'signOut' | 'setSession', argument?: unknown): Promise<void> =>
  page.evaluate(
    ([name, value]) =>
      (window as unknown as { Dream: Record<string, (value: unknown) => Promise<void>> }).Dream[
        name as string
      ]?.(value),
    [method, argument] as const,
  );

/** Goes to a page and waits for its widgets. */
async function visit(page: Page, { url }: Site): Promise<void> {
  await page.goto(url);
  await page.waitForFunction(() => 'Dream' in window && 'getToken' in (window.Dream as object));
}

test('a session in the script tag signs in without a request of the page to its server', async ({
  page,
}) => {
  const user = newUser();
  const site = await siteWith(JSON.stringify(await sessionOf(user)));
  const signedIn = page.waitForEvent('console', (line) => line.text() === 'in');
  await page.addInitScript(() =>
    document.addEventListener('dream-signin', () => console.log('in')),
  );
  await visit(page, site);
  expect(await whoIn(page)).toBe(user);
  await expect(page.locator('dream-usage-meter')).toContainText('0 of 5 used');
  await signedIn;
  site.stop();
});

test('a page out of a cache does not bring back a session that was signed out', async ({
  page,
}) => {
  const user = newUser();
  const site = await siteWith(JSON.stringify(await sessionOf(user)));
  await visit(page, site);
  expect(await whoIn(page)).toBe(user);
  // The edge never hears of it, so that only the page can know.
  await page.route('**/api/sessions/end?*', (route) => route.abort());
  await call(page, 'signOut');
  await page.reload();
  expect(await whoIn(page)).toBeNull();
  site.stop();
});

test('a session that ended before the page was ever opened signs nobody in', async ({ page }) => {
  const session = await sessionOf(newUser());
  await ask('DELETE', `/api/customers/${session.customer.id}/sessions`, tenant.sk);
  const site = await siteWith(JSON.stringify(session));
  await visit(page, site);
  expect(await whoIn(page)).toBeNull();
  await expect(page.locator('dream-usage-meter')).toContainText('Sign in');
  site.stop();
});

test('a newer session in the script tag takes the place of the one kept, an older does not', async ({
  page,
}) => {
  const [ada, bob] = [newUser(), newUser()];
  const older = await sessionOf(ada);
  const newer = await laterThan(older, bob);
  let rendered = older;
  const site = await serve(() => pageWith(JSON.stringify(rendered)));
  for (const [session, who] of [
    [older, ada],
    [newer, bob],
    [older, bob],
  ] as const) {
    rendered = session;
    await visit(page, site);
    expect(await whoIn(page)).toBe(who);
  }
  site.stop();
});

/** A session of `customer` whose token says a later second than another's does. */
async function laterThan(other: Session, customer: string): Promise<Session> {
  let session = await sessionOf(customer);
  await expect
    .poll(async () => {
      session = await sessionOf(customer);
      return session.accessTokenExpiresAtMs;
    })
    .toBeGreaterThan(other.accessTokenExpiresAtMs);
  return session;
}

for (const [what, text] of [
  ['no JSON', '{"accessToken":'],
  ['an error of the API', '{"code":"key_invalid"}'],
  ['no token', '{"accessToken":"a","refreshToken":"b"}'],
] as const)
  test(`a script tag with ${what} for a session says so, and the page goes on signed out`, async ({
    page,
  }) => {
    const site = await siteWith(text);
    const said = page.waitForEvent('console', (line) => line.type() === 'error');
    await visit(page, site);
    expect((await said).text()).toContain('data-dream-session is not used');
    expect(await whoIn(page)).toBeNull();
    await expect(page.locator('dream-usage-meter')).toContainText('Sign in');
    site.stop();
  });

test('a session of another project is named as such, and not used', async ({ page }) => {
  const other = await newTenant();
  const site = await siteWith(JSON.stringify(await sessionOf(newUser(), other)));
  const said = page.waitForEvent('console', (line) => line.type() === 'error');
  await visit(page, site);
  expect((await said).text()).toContain(other.pk);
  expect(await whoIn(page)).toBeNull();
  site.stop();
});

test('Dream.setSession signs in, and another customer replaces the first in every tab', async ({
  page,
  context,
}) => {
  const [ada, bob] = [newUser(), newUser()];
  const site = await siteWith(null);
  const other = await context.newPage();
  await visit(page, site);
  await visit(other, site);
  await call(page, 'setSession', await sessionOf(ada));
  for (const each of [page, other]) await expect.poll(() => whoIn(each)).toBe(ada);
  await call(page, 'setSession', await sessionOf(bob));
  for (const each of [page, other]) await expect.poll(() => whoIn(each)).toBe(bob);
  site.stop();
});

/** How many sessions of a customer the edge still keeps. */
const sessionsOf = async ({ customer }: Session): Promise<number> =>
  (await ask('GET', `/api/customers/${customer.id}/sessions`, tenant.sk)).sessions.length;

test('Dream.setSession ends at the edge the session it replaces, never the same one', async ({
  page,
}) => {
  const [ada, bob] = [await sessionOf(newUser()), await sessionOf(newUser())];
  const site = await siteWith(null);
  await visit(page, site);
  let ends = 0;
  page.on('request', (request) => (ends += Number(request.url().includes('/api/sessions/end'))));
  for (const session of [ada, ada, bob]) await call(page, 'setSession', session);
  await expect.poll(() => sessionsOf(ada)).toBe(0);
  expect([await sessionsOf(bob), ends]).toEqual([1, 1]);
  site.stop();
});

test('a session in the script tag ends at the edge the one it replaces', async ({ page }) => {
  const older = await sessionOf(newUser());
  const newer = await laterThan(older, newUser());
  let rendered = older;
  const site = await serve(() => pageWith(JSON.stringify(rendered)));
  await visit(page, site);
  await whoIn(page);
  rendered = newer;
  await visit(page, site);
  await expect.poll(() => sessionsOf(older)).toBe(0);
  expect(await sessionsOf(newer)).toBeGreaterThan(0);
  site.stop();
});

test('a session that is replaced by another of its customer signs no tab out', async ({
  page,
  context,
}) => {
  const user = newUser();
  const [first, second] = [await sessionOf(user), await sessionOf(user)];
  const site = await siteWith(null);
  const other = await context.newPage();
  await visit(page, site);
  await visit(other, site);
  // Listens from the beginning: the first answer may come before anybody waits for it.
  const lineOf = (tab: Page) =>
    new Promise((answered) => {
      tab.once('websocket', (line) => line.once('framereceived', answered));
    });
  const firstLine = lineOf(other);
  await call(page, 'setSession', first);
  await firstLine;
  const secondLine = lineOf(other);
  await call(page, 'setSession', second);
  await expect.poll(() => sessionsOf(first)).toBe(1);
  await secondLine;
  for (const tab of [page, other]) {
    expect(await whoIn(tab)).toBe(user);
    await expect(tab.locator('dream-usage-meter')).toContainText('0 of 5 used');
  }
  site.stop();
});

test('Dream.setSession refuses what is no session, and leaves who is signed in', async ({
  page,
}) => {
  const user = newUser();
  const site = await siteWith(JSON.stringify(await sessionOf(user)));
  await visit(page, site);
  expect(await whoIn(page)).toBe(user);
  await expect(call(page, 'setSession', { code: 'key_invalid' })).rejects.toThrow(
    'dream.sessions.create',
  );
  expect(await whoIn(page)).toBe(user);
  site.stop();
});

test('a site with its own login prevents the dialog, whatever would open it', async ({ page }) => {
  const site = await siteWith(
    null,
    '<dream-signup compact></dream-signup><dream-usage-meter></dream-usage-meter>',
  );
  await page.addInitScript(() => {
    document.addEventListener('dream-signin-request', (event) => {
      event.preventDefault();
      document.title += '!';
    });
  });
  await visit(page, site);
  await signup(page).getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveTitle('Quills!');
  await page.locator('dream-usage-meter').getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveTitle('Quills!!');
  const opened = await page.evaluate(() =>
    (window as unknown as { Dream: { open(what: string): Promise<boolean> } }).Dream.open('signup'),
  );
  expect(opened).toBe(false);
  await expect(page).toHaveTitle('Quills!!!');
  const openedByElement = await signup(page).evaluate((element) =>
    (element as HTMLElement & { open(): Promise<boolean> }).open(),
  );
  expect(openedByElement).toBe(false);
  await expect(page).toHaveTitle('Quills!!!!');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  // Who is signed in is not asked to sign in: the button is the account.
  await call(page, 'setSession', await sessionOf(newUser()));
  await signup(page).getByRole('button', { name: 'Account' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expect(page).toHaveTitle('Quills!!!!');
  site.stop();
});
