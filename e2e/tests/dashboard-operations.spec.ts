import { expect } from '@playwright/test';
import { faultsOf, newProject, section, signUp, test } from './developer.ts';
import { faultsAtAllWidths } from './faults.ts';
import { local } from './stack.ts';
import { ask, operatorSecret } from './tenant.ts';

/** More than the dashboard has at hand to switch to. */
const MANY_PROJECTS = 51;

test('a refused call is found in the dashboard, and its request id says why', async ({
  desk: page,
}) => {
  const faults = faultsOf(page);
  await newProject(page, 'Refused');
  await section(page, 'Requests');
  await expect(page.getByText('Nothing was refused')).toBeVisible();
  await section(page, 'Keys');
  await page.getByLabel('What it is for').fill('Server');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const secret = (await page.locator('#shown code').textContent()) ?? '';
  const answer = await fetch(`${local.edge}/api/usage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'x-user-id': 'ada', 'x-user-plan': 'nowhere' },
  });
  const { requestId, code } = (await answer.json()) as { requestId: string; code: string };
  await section(page, 'Requests');
  await expect(async () => {
    await page.getByRole('button', { name: 'Look again' }).click();
    await expect(page.getByRole('table')).toContainText('POST /api/usage', { timeout: 1_000 });
  }).toPass();
  expect(await faultsAtAllWidths(page)).toEqual([]);
  await page.getByLabel('Status', { exact: true }).selectOption('5xx');
  await expect(page.getByText('No request is like this')).toBeVisible();
  await page.reload();
  await expect(page.getByText('No request is like this')).toBeVisible();
  await page.getByLabel('Find by request id').fill(`"requestId": "${requestId}"`);
  const card = page.getByRole('main');
  await expect(card).toContainText(code);
  await expect(card).toContainText(`…${secret.slice(-4)}`);
  await expect(card).not.toContainText(secret);
  expect(await faultsAtAllWidths(page)).toEqual([]);
  await page.goBack();
  await expect(page.getByText('No request is like this')).toBeVisible();
  expect(faults).toEqual([]);
});

test('an operator finds a project of somebody, suspends it and has it work again', async ({
  page,
  browser,
}) => {
  const owner = await (await browser.newContext()).newPage();
  await signUp(owner);
  const name = `Paused ${crypto.randomUUID().slice(0, 8)}`;
  await newProject(owner, `${name} too`);
  const path = await newProject(owner, name);
  const id = path.split('/')[2] ?? '';
  await signUp(page, '/', 'operator@dream.example');
  await section(page, 'Every account');
  const search = page.getByLabel('Search name, id, account or e-mail');
  const rows = page.locator('tbody tr');
  await search.fill(name);
  await expect(rows).toHaveCount(2);
  // The list that is looked for now comes late, and as it was before the project was suspended.
  let letThrough = () => {};
  const held = new Promise<void>((resolve) => (letThrough = resolve));
  const looked = page.waitForRequest(/operator\/projects\?q=/);
  await page.route(
    /operator\/projects\?q=/,
    async (route) => {
      const response = await route.fetch();
      await held;
      await route.fulfill({ response });
    },
    { times: 1 },
  );
  await search.fill(id);
  await looked;
  await page.getByRole('button', { name: `Suspend ${name}`, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(`Type ${id} to go on`).fill(id);
  await dialog.getByLabel('Reason').fill('Reported for <b>spam</b>');
  await dialog.getByRole('button', { name: 'Suspend' }).click();
  await expect(page.getByText('Project suspended')).toBeVisible();
  letThrough();
  await expect(rows).toHaveCount(1);
  await expect(page.getByRole('table')).toContainText('Suspended');
  expect(await faultsAtAllWidths(page)).toEqual([]);
  await owner.reload();
  await expect(owner.getByRole('status').filter({ hasText: 'suspended' })).toContainText(
    'Reported for <b>spam</b>',
  );
  await page.getByRole('button', { name: `Resume ${name}` }).click();
  await expect(page.getByRole('table')).toContainText('Works');
  await section(page, 'Inboxes and outboxes');
  await expect(page.getByRole('region', { name: /prj_dream live/ })).toBeVisible();
  expect(await faultsAtAllWidths(page)).toEqual([]);
});

test('of more projects than are listed at once, any opens by its address and is found by name', async ({
  page,
}) => {
  const ownerEmail = await signUp(page);
  const ids: string[] = [];
  const left = [...Array(MANY_PROJECTS).keys()];
  const make = async () => {
    for (let at = left.shift(); at !== undefined; at = left.shift()) {
      const body = { name: `Site ${at}`, ownerEmail };
      ids.push((await ask('POST', '/api/projects', operatorSecret, body)).project.id);
    }
  };
  await Promise.all(Array.from({ length: 8 }, make));
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (request.method() === 'GET' && pathname === '/api/projects') asked.push(search);
  });
  await page.goto(`${local.dashboard}/projects/${ids.at(-1)}/test/keys`);
  await expect(page.getByRole('heading', { level: 1, name: 'Keys' })).toBeVisible();
  expect(asked).toEqual(['?limit=50']);
  await page.getByLabel('Project', { exact: true }).selectOption('Another project…');
  const search = page.getByLabel('Search projects');
  await search.fill('nowhere');
  await expect(page.getByText('No project is like this')).toBeVisible();
  await search.fill('');
  await expect(page.getByRole('link', { name: /^Site 0 / })).toBeVisible();
  await expect(search).toBeFocused();
  const more = page.getByRole('button', { name: 'Show more' });
  await more.click();
  await expect(page.getByText(`${MANY_PROJECTS} projects`)).toBeVisible();
  // The button is gone, and whoever pressed it is at the first of what it brought.
  await expect(more).toHaveCount(0);
  const tiles = page.getByRole('main').getByRole('listitem').getByRole('link');
  await expect(tiles.nth(50)).toBeFocused();
});
