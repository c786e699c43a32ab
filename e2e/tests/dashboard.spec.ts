import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from '@playwright/test';
import { faultsOf, newProject, section, signInAs, signUp, test } from './developer.ts';
import { local, newEmail } from './stack.ts';

const MARKUP = 'Quills <img src=x onerror="document.title=1"> & Ink';

test('a developer signs up, makes a project, a key, a tier and an origin, and the key works', async ({
  page,
}) => {
  const faults = faultsOf(page);
  await signUp(page);
  await expect(page.getByText('Your first project')).toBeVisible();
  await newProject(page, MARKUP);

  await section(page, 'Keys');
  await page.getByLabel('What it is for').fill('Production server');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const shown = page.locator('#shown');
  await expect(shown).toContainText('It is shown this once');
  const secret = (await shown.locator('code').textContent()) ?? '';
  expect(secret).toMatch(/^sk_test_/);

  await section(page, 'Tiers');
  await page.getByRole('link', { name: 'New tier' }).click();
  await page.getByLabel('Name on the price table').fill('Pro <b>max</b>');
  await page.getByLabel('Name in your code').fill('pro');
  await page.getByLabel('Lines of the price table').fill('1,000 poems\n<script>alert(1)</script>');
  await page.getByRole('button', { name: 'Add a price' }).click();
  await page.getByLabel('Amount').fill('19');
  await expect(page.getByText('A price of $19 a month is made.')).toBeVisible();
  await page.getByLabel('Above the limit').selectOption('Count on, and bill it');
  await page.getByRole('group', { name: 'Price above the limit' }).getByLabel('Amount').fill('2');
  await expect(page.locator('.save-bar')).toContainText('3 changes at Stripe');
  const preview = page.locator('dream-pricing');
  await expect(preview).toContainText('Pro <b>max</b>');
  await expect(preview).toContainText('<script>alert(1)</script>');
  await page.getByRole('button', { name: 'Make tier' }).click();
  await expect(page.getByRole('link', { name: 'Pro <b>max</b>' })).toBeVisible();
  await expect(page.locator('main')).toContainText('$19 a month');

  await section(page, 'Origins');
  await page.getByLabel('Add an origin').fill('quills.example');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('Must begin with https:// or http://.')).toBeVisible();
  await page.getByLabel('Add an origin').fill('https://quills.example');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('table')).toContainText('https://quills.example');

  await section(page, 'Overview');
  await expect(page.getByText('Ready to sell')).toBeVisible();

  const answer = await fetch(`${local.edge}/api/tiers`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  const { tiers } = (await answer.json()) as { tiers: { name: string; price: number }[] };
  expect(tiers.find(({ name }) => name === 'pro')).toMatchObject({ price: 1900 });
  await expect(page).toHaveTitle('Overview · dream');
  expect(faults).toEqual([]);
});

test('a secret is shown once, is replaced with an overlap, and is over when it is revoked', async ({
  desk: page,
}) => {
  await page.goto(`${local.dashboard}${await newProject(page, 'Keys')}/keys`);
  await page.getByLabel('What it is for').fill('Server');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const secret = (await page.locator('#shown code').textContent()) ?? '';
  await page.reload();
  await expect(page.getByRole('table')).toContainText('Works');
  expect(await page.content()).not.toContain(secret);

  await page.getByRole('button', { name: 'Rotate Server' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  await expect(page.locator('#shown')).toBeVisible();
  await expect(page.getByRole('table')).toContainText('Until');
  const statusOf = async (key: string) =>
    (await fetch(`${local.edge}/api/tiers`, { headers: { authorization: `Bearer ${key}` } }))
      .status;
  expect(await statusOf(secret)).toBe(200);
  const successor = (await page.locator('#shown code').textContent()) ?? '';
  const revoke = page.getByRole('button', { name: 'Revoke' });
  while ((await revoke.count()) > 0) {
    const left = await revoke.count();
    await revoke.first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await expect(revoke).toHaveCount(left - 1);
  }
  for (const key of [secret, successor]) await expect.poll(() => statusOf(key)).toBe(401);
});

test("one developer opens nothing of another's project", async ({ page, browser }) => {
  await signUp(page);
  const path = await newProject(page, 'Mine alone');
  const stranger = await (await browser.newContext()).newPage();
  const answers: number[] = [];
  stranger.on('response', (answer) => {
    if (answer.url().includes(`/api${path.replace('/test', '')}`)) answers.push(answer.status());
  });
  await signUp(stranger, `${path}/keys`);
  await expect(stranger.getByText('This project is not yours to open')).toBeVisible();
  await expect(stranger.locator('main')).not.toContainText('Mine alone');
  await expect(stranger.locator('main')).not.toContainText('sk_');
  expect(answers.filter((status) => status < 400)).toEqual([]);
  await stranger.goto(`${local.dashboard}/projects`);
  await expect(stranger.getByText('Your first project')).toBeVisible();
});

test('whoever loses the session signs in and goes on where they were, with what they typed', async ({
  page,
}) => {
  const email = await signUp(page);
  const path = await newProject(page, 'Kept');
  await page.goto(`${local.dashboard}${path}/settings`);
  await page.getByLabel('Support e-mail').fill('hello@kept.example');
  await page.route('**/settings', (route) =>
    route.fulfill({ status: 401, json: { code: 'session_ended', error: 'Session ended' } }),
  );
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(
    page.getByRole('heading', { name: 'Sign in to go on where you were' }),
  ).toBeVisible();
  await page.unroute('**/settings');
  const left = await page.locator('page-settings').elementHandle();
  const projects = page.waitForResponse(/\/api\/projects\?/);
  await signInAs(page, email, 2);
  await (await projects).finished();
  // Were the page made anew, it would be by the frame after the next: what was typed is seen until then.
  await page.evaluate(
    () => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen))),
  );
  expect(await left?.isVisible()).toBe(true);
  await expect(page.getByLabel('Support e-mail')).toHaveValue('hello@kept.example');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('Settings saved')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Support e-mail')).toHaveValue('hello@kept.example');
});

test('changes that are not saved are not left without asking, by a link or by the back button', async ({
  desk: page,
}) => {
  const faults = faultsOf(page);
  await newProject(page, 'Another one');
  await newProject(page, 'Careful');
  await section(page, 'Settings');
  const name = page.getByLabel('Name', { exact: true });
  await name.fill('Careful with that');
  const asks = page.getByRole('dialog', { name: 'Leave without saving?' });
  await section(page, 'Keys');
  await asks.getByRole('button', { name: 'Stay' }).click();
  await expect(name).toHaveValue('Careful with that');
  await page.evaluate(() => history.back());
  await page.evaluate(() => history.back());
  await asks.getByRole('button', { name: 'Stay' }).click();
  await expect(page).toHaveURL(/settings$/);
  await expect(name).toHaveValue('Careful with that');
  const projects = page.getByLabel('Project', { exact: true });
  await projects.selectOption('Another one');
  await asks.getByRole('button', { name: 'Stay' }).click();
  await expect(projects.locator('option:checked')).toHaveText('Careful');
  await section(page, 'Keys');
  await asks.getByRole('button', { name: 'Leave' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Keys' })).toBeFocused();
  expect(faults).toEqual([]);
});

test('what goes wrong is told in sight, wherever on a long page it was asked for', async ({
  desk: page,
}) => {
  await newProject(page, 'Cut off');
  await section(page, 'Settings');
  const name = page.getByLabel('Name of the project');
  await name.fill('Cut off, and back');
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(page.getByRole('alert')).toContainText('You are offline');
  await expect(page.getByRole('alert')).toBeInViewport();
  await page.context().setOffline(false);
  await expect(name).toHaveValue('Cut off, and back');
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(page.getByLabel('Project', { exact: true })).toContainText('Cut off, and back');
});

test('the back button brings back the page, and the focus to the link that was followed', async ({
  desk: page,
}) => {
  await newProject(page, 'Back and forth');
  const link = page.locator('main').getByRole('link', { name: 'Origins' });
  await link.click();
  await expect(page.getByRole('heading', { level: 1, name: 'Origins' })).toBeFocused();
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: 'Back and forth' })).toBeVisible();
  await expect(link).toBeFocused();
});

test('a Stripe account is connected after its name was confirmed, and never by a link of a stranger', async ({
  desk: page,
}) => {
  const path = await newProject(page, 'Seller');
  await page.goto(`${local.dashboard}/stripe?code=ac_strangers&state=strangers`);
  await expect(page.getByText('This connection was not begun here')).toBeVisible();
  await page.goto(`${local.dashboard}${path}/stripe`);
  await page.getByRole('button', { name: 'Connect with Stripe' }).click();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(
    page.getByRole('heading', { name: /^Connect “.*” to Seller, test mode/ }),
  ).toBeVisible();
  // What Stripe sent is good once: who loads the page anew is not sent there again.
  await page.reload();
  await page.getByRole('button', { name: /^Connect / }).click();
  await expect(page.getByRole('button', { name: 'Disconnect' })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`${path}/stripe$`));
});

test('an endpoint is added, told of a test, and its log shows what was sent and answered', async ({
  desk: page,
}) => {
  const listener = createServer((_, answer) => answer.end('Taken <b>gladly</b>'));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/hook`;
  await newProject(page, 'Told');
  await section(page, 'Webhooks');
  await page.getByLabel('Address').fill(url);
  await page.getByRole('button', { name: 'Add endpoint' }).click();
  await expect(page.locator('#shown')).toContainText('whsec_');
  await page.getByRole('link', { name: url }).click();
  await page.getByRole('button', { name: 'Send a test' }).click();
  const delivery = page.getByRole('region', { name: 'Deliveries' }).locator('details');
  await delivery.locator('summary').click();
  await expect(delivery).toContainText('Delivered');
  await expect(delivery).toContainText('"webhook.test"');
  await expect(delivery).toContainText('Taken <b>gladly</b>');
  listener.close();
  listener.closeAllConnections();
});

test('a project is renamed, and deleted only when its name was typed', async ({ page }) => {
  await signUp(page);
  const path = await newProject(page, 'Short-lived');
  await page.goto(`${local.dashboard}${path}/settings`);
  await page.getByLabel('Name of the project').fill('Renamed');
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(page.getByLabel('Project', { exact: true })).toContainText('Renamed');
  await page.getByRole('button', { name: 'Delete project' }).click();
  const dialog = page.getByRole('dialog');
  const typed = dialog.getByLabel('Type Renamed to go on');
  await typed.fill('renamed');
  await typed.press('Enter');
  await expect(dialog.getByRole('button', { name: 'Delete for ever' })).toBeDisabled();
  await typed.fill('Renamed');
  await dialog.getByRole('button', { name: 'Delete for ever' }).click();
  await expect(page.getByText('Your first project')).toBeVisible();
});

test('metrics say what there is, in a range of the address, and have every plot as a table', async ({
  desk: page,
}) => {
  const faults = faultsOf(page);
  const path = await newProject(page, 'Counted');
  await section(page, 'Metrics');
  await expect(page.getByText('No customer yet')).toBeVisible();
  await page.goto(`${local.dashboard}${path}/keys`);
  await page.getByLabel('What it is for').fill('Server');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const secret = (await page.locator('#shown code').textContent()) ?? '';
  await fetch(`${local.edge}/api/customers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ email: newEmail() }),
  });
  await section(page, 'Metrics');
  const range = page.getByRole('navigation', { name: 'Range' });
  await range.getByRole('link', { name: '7 days' }).click();
  await expect(page).toHaveURL(/range=7d$/);
  await expect(range.getByRole('link', { name: '7 days' })).toBeFocused();
  const plot = page.getByRole('region', { name: 'New customers' });
  const days = plot.getByRole('slider');
  await days.press('End');
  await expect(days).toHaveAttribute('aria-valuetext', /: 1$/);
  await days.press('ArrowLeft');
  await expect(days).toHaveAttribute('aria-valuetext', /: 0$/);
  await plot.getByText('Table').click();
  await expect(plot.getByRole('row')).toHaveCount(8);
  const saved = page.waitForEvent('download');
  await plot.getByRole('button', { name: 'Download CSV' }).click();
  expect((await saved).suggestedFilename()).toMatch(/^new-customers-.*\.csv$/);
  await section(page, 'Totals');
  await expect(page.getByRole('heading', { level: 1, name: 'Totals' })).toBeVisible();
  await page.getByRole('group', { name: 'Mode' }).getByRole('link', { name: 'Test' }).click();
  await expect(page.getByRole('row', { name: /Counted/ })).toContainText('1');
  expect(faults).toEqual([]);
});
