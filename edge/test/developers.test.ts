import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { ROUTES } from '@dream/contract';
import { route } from '@dream/contract/respond';
import { Hono } from 'hono';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { publishableKey } from '../src/auth/keys.ts';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { type AppEnv, serve } from '../src/http/call.ts';
import { onError } from '../src/http/errors.ts';
import { signAccessToken } from '../src/sessions/access-token.ts';
import {
  developer,
  ensurePlatform,
  exchangeAs,
  letterTo,
  PLATFORM_KEY,
  type SignedInDeveloper,
} from './developers.ts';
import { call, manage, OPERATOR } from './harness.ts';
import { ORIGIN, Page } from './sign-in.ts';

const deps = await createDeps(env as unknown as Bindings);
const routes = [...ROUTES]
  .map(([name, row]) => ({ name, row }))
  // What a secret key opens, too, tells others of that: dashboard-metrics.test.ts.
  .filter(({ row }) => row.auth.includes('developer') && !row.auth.includes('sk'));
const ofProject = routes.filter(({ row }) => row.path.includes(':project'));

let ada: SignedInDeveloper;
let mallory: SignedInDeveloper;
let project: { id: string; accountId: string };
/** Credentials that open no management route, and what each is told. */
const credentials: Record<string, [key: string | undefined, code: string]> = {};

const createdBy = async ({ key }: SignedInDeveloper, name = 'Versa') =>
  (await call('POST', '/api/projects', { key, body: { name } })).body.project;

/** All projects a developer sees, page by page. */
async function projectsOf({ key }: SignedInDeveloper): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body } = await call('GET', `/api/projects${cursor && `?cursor=${cursor}`}`, { key });
    ids.push(...body.projects.map(({ id }: { id: string }) => id));
    cursor = body.nextCursor;
  }
  return ids;
}

/** Calls a route of a project, with a body that says nothing where one is taken. */
function tried(row: (typeof routes)[number]['row'], id: string, key: string | undefined) {
  const path = row.path.replace(':project', id).replace(':mode', 'test').replace(/:\w+/g, 'x');
  const method = row.method.toUpperCase();
  return call(method, path, { ...(key && { key }), ...(row.body && { body: {} }) });
}

/** A customer of a project signs in on its page, in test mode. */
async function customerOf(projectId: string): Promise<{ accessToken: string }> {
  const page = new Page(publishableKey(projectId, 'test'));
  const email = `${crypto.randomUUID()}+clerk_test@example.com`;
  // The platform's Clerk application is a live one, which mails its codes.
  await page.proveEmail(email, projectId === 'prj_dream' ? () => letterTo(email) : '424242');
  return (await page.exchange()).body;
}

beforeAll(async () => {
  await ensurePlatform();
  [ada, mallory] = [await developer(), await developer()];
  project = await createdBy(ada);
  const { secret } = await manage('POST', `/api/projects/${project.id}/test/keys`, {});
  const gone = await developer();
  await call('POST', `/api/sessions/end?pk=${PLATFORM_KEY}`, {
    headers: { origin: ORIGIN },
    body: { refreshToken: gone.refreshToken },
  });
  const claims = {
    publishableKey: PLATFORM_KEY,
    customerId: ada.customerId,
    sessionId: 'ses_x',
    plan: 'free',
    mode: 'live' as const,
    shard: '00',
  };
  const old = await signAccessToken(deps.config, claims, Date.now() - 600_000);
  Object.assign(credentials, {
    nobody: [undefined, 'developer_required'],
    'a secret key of the project': [secret, 'developer_required'],
    'its publishable key': [publishableKey(project.id, 'test'), 'developer_required'],
    'a session of its customers': [
      (await customerOf(project.id)).accessToken,
      'developer_required',
    ],
    'a session of the platform in test mode': [
      (await customerOf('prj_dream')).accessToken,
      'developer_required',
    ],
    'an expired session': [old.accessToken, 'session_expired'],
    'a session that was ended': [gone.key, 'session_ended'],
    'a changed token': [`${ada.key.slice(0, -4)}AAAA`, 'token_invalid'],
  });
});

describe('every management route', () => {
  it.each(routes)('$name opens to no other credential', async ({ row }) => {
    const answers = await Promise.all(
      Object.entries(credentials).map(async ([who, [key, expected]]) => {
        const { status, body } = await tried(row, project.id, key);
        return [who, status, body.code, expected];
      }),
    );
    expect(answers).toEqual(answers.map(([who, , , expected]) => [who, 401, expected, expected]));
    expect(answers).toHaveLength(8);
  });

  it.each(ofProject)(
    '$name answers another developer as if the project did not exist',
    async ({ row }) => {
      const [others, made] = [
        await tried(row, project.id, mallory.key),
        await tried(row, 'prj_000000000000abcdefgh', mallory.key),
      ];
      for (const { status, body } of [others, made])
        expect([status, body.code]).toEqual([404, 'project_not_found']);
    },
  );

  it.each(ofProject)('$name opens to the owner', async ({ row }) => {
    const { id } = await createdBy(ada);
    const { status, body } = await tried(row, id, ada.key);
    expect(status).not.toBe(401);
    expect(['project_not_found', 'project_deleted']).not.toContain(body.code);
  });

  it.each(ofProject)("$name opens the platform's own project to no developer", async ({ row }) => {
    expect((await tried(row, 'prj_dream', ada.key)).body.code).toBe('project_not_found');
  });
});

describe('a developer', () => {
  it('makes projects in an account of their own, and sees only those', async () => {
    const owner = await developer();
    expect(await projectsOf(owner)).toEqual([]);
    const [first, second] = [await createdBy(owner, 'One'), await createdBy(owner, 'Two')];
    expect(first.accountId).toBe(second.accountId);
    expect(await projectsOf(owner)).toEqual([first.id, second.id]);
    expect(await projectsOf(mallory)).not.toContain(first.id);
  });

  it('making two first projects at once has one account', async () => {
    const owner = await developer();
    const made = await Promise.all(['One', 'Two'].map((name) => createdBy(owner, name)));
    expect(new Set(made.map(({ accountId }) => accountId)).size).toBe(1);
  });

  it.each([
    [{ ownerEmail: 'somebody@else.example' }, ['ownerEmail']],
    [{ id: 'prj_dream' }, ['id']],
  ])('may not make a project with %j', async (more, fields) => {
    const before = await projectsOf(ada);
    const answer = await call('POST', '/api/projects', {
      key: ada.key,
      body: { name: 'Theirs', ...more },
    });
    expect([answer.status, answer.body.code, answer.body.fields]).toEqual([
      403,
      'operator_required',
      fields,
    ]);
    expect(await projectsOf(ada)).toEqual(before);
  });

  it('repeating a key gets the project it made, and another one with that key makes another', async () => {
    const options = { body: { name: 'Once' }, headers: { 'idempotency-key': crypto.randomUUID() } };
    const create = async ({ key }: SignedInDeveloper) =>
      (await call('POST', '/api/projects', { key, ...options })).body.project.id;
    const first = await create(ada);
    expect(await create(ada)).toBe(first);
    expect(await create(mallory)).not.toBe(first);
  });

  it('is named in the audit log by account and customer', async () => {
    await call('PATCH', `/api/projects/${project.id}/test/settings`, {
      key: ada.key,
      body: { displayName: 'Versa!' },
    });
    const { body } = await call('GET', `/api/projects/${project.id}/test/audit`, { key: ada.key });
    const actors = body.entries.map(({ action, actor }: any) => [action, actor]);
    expect(actors).toContainEqual(['settings.changed', `${project.accountId} ${ada.customerId}`]);
    expect(actors).toContainEqual([
      'environment.created',
      `${project.accountId} ${ada.customerId}`,
    ]);
    expect(actors).toContainEqual(['key.created', 'operator']);
  });

  it('is refused on a page of an origin the platform does not list', async () => {
    const headers = { origin: 'https://elsewhere.example' };
    const answer = await call('GET', '/api/projects', { key: ada.key, headers });
    expect([answer.status, answer.body.code]).toEqual([403, 'origin_not_allowed']);
  });

  it('who is erased leaves no e-mail in the directory, and whoever proves it next an empty account', async () => {
    const gone = await developer();
    const { id } = await createdBy(gone);
    const erased = await call('DELETE', '/api/me', { key: gone.key, body: {} });
    expect(erased.status).toBe(200);
    const { results } = await deps.directory.prepare('SELECT * FROM account').all();
    expect(JSON.stringify(results)).not.toContain(gone.email);
    expect(results).toContainEqual(expect.objectContaining({ customer_id: gone.customerId }));
    const next = await developer(gone.email);
    expect(await projectsOf(next)).toEqual([]);
    const tried = await call('GET', `/api/projects/${id}`, { key: next.key });
    expect(tried.body.code).toBe('project_not_found');
  });

  it('who is gone manages nothing', async () => {
    const owner = await developer();
    const made = await createdBy(owner);
    const { secret } = await manage('POST', '/api/projects/prj_dream/live/keys', {});
    await call('DELETE', `/api/customers/${owner.customerId}`, { key: secret });
    const answer = await call('GET', `/api/projects/${made.id}`, { key: owner.key });
    expect(answer.body.code).toBe('session_ended');
  });
});

describe('an account', () => {
  const madeFor = (ownerEmail: string) =>
    manage('POST', '/api/projects', { name: 'For', ownerEmail });

  it('made for an e-mail is opened by whoever proves it', async () => {
    const email = `${crypto.randomUUID()}@dev.example`;
    const { project: made } = await madeFor(email);
    const owner = await developer(email);
    expect(await projectsOf(owner)).toEqual([made.id]);
    expect((await createdBy(owner)).accountId).toBe(made.accountId);
  });

  it('is not opened by an e-mail that was only said, not proved', async () => {
    const email = `${crypto.randomUUID()}@dev.example`;
    const { project: made } = await madeFor(email);
    const { secret } = await manage('POST', '/api/projects/prj_dream/live/keys', {});
    const password = 'correct horse battery staple';
    await call('POST', '/api/customers', { key: secret, body: { email, password } });
    const { body } = await call('POST', `/api/sessions/password?pk=${PLATFORM_KEY}`, {
      headers: { origin: ORIGIN },
      body: { email, password },
    });
    expect(body.customer.emailVerified).toBe(false);
    expect((await call('GET', '/api/projects', { key: body.accessToken })).body.projects).toEqual(
      [],
    );
    const answer = await call('GET', `/api/projects/${made.id}`, { key: body.accessToken });
    expect(answer.body.code).toBe('project_not_found');
  });

  it('stays its owner’s when somebody else proves the e-mail it was made for', async () => {
    const email = `${crypto.randomUUID()}@dev.example`;
    const { project: made } = await madeFor(email);
    const owner = await developer(email);
    expect(await projectsOf(owner)).toEqual([made.id]);
    await changeEmail(owner.customerId, `${crypto.randomUUID()}@dev.example`);
    const next = await developer(email);
    expect(next.customerId).not.toBe(owner.customerId);
    expect(await projectsOf(next)).toEqual([]);
    const theirs = await createdBy(next);
    expect(theirs.accountId).not.toBe(made.accountId);
    expect(await projectsOf(owner)).toEqual([made.id]);
    expect((await madeFor(email)).project.accountId).toBe(theirs.accountId);
  });
});

describe('signing up as a developer', () => {
  it('works 5 times an hour from one address; who is one already signs in there', async () => {
    const emails = Array.from({ length: 6 }, () => `${crypto.randomUUID()}@dev.example`);
    const address = '203.0.113.5';
    const answers = await Promise.all(emails.map((email) => exchangeAs(email, address)));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual([
      [429, 'too_many_attempts'],
    ]);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(3000);
    const isMade = (email: string) => answers[emails.indexOf(email)]?.status === 200;
    const [made, left] = [emails.find(isMade), emails.find((email) => !isMade(email))];
    expect((await exchangeAs(String(made), address)).body.isNew).toBe(false);
    const elsewhere = await exchangeAs(String(left), '203.0.113.6');
    expect([elsewhere.status, elsewhere.body.isNew]).toEqual([200, true]);
  });

  it('is not what a developer does who comes by a provider for the first time', async () => {
    const known = await developer();
    const platform = deps.project({ projectId: 'prj_dream', mode: 'live' });
    const proof = async (email: string) => {
      const clerkSessionId = `sess_${crypto.randomUUID()}`;
      const given = { clerkSessionId, provider: 'oauth_google', subject: clerkSessionId } as const;
      await platform.identity().recordProof({ ...given, email, provedAtMs: Date.now() });
      return platform.clerkUsers().wouldSignUp(clerkSessionId);
    };
    expect(await proof(known.email)).toBe(false);
    expect(await proof(`${crypto.randomUUID()}@dev.example`)).toBe(true);
  });

  it('is limited at no other project', async () => {
    const { project: shop } = await manage('POST', '/api/projects', {
      name: 'Shop',
      ownerEmail: 'ada@example.com',
    });
    const pk = publishableKey(shop.id, 'test');
    const signUps = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const page = new Page(pk, ORIGIN, '203.0.113.7');
        await page.proveEmail(`${crypto.randomUUID()}+clerk_test@example.com`);
        return (await page.exchange()).status;
      }),
    );
    expect(signUps).toEqual(Array.from({ length: 6 }, () => 200));
  });
});

describe('a route for operators only', () => {
  const row = route({
    method: 'get',
    path: '/only/:project',
    summary: 'Something no developer may do.',
    auth: ['operator'],
    answer: v.object({ success: v.literal(true) }),
    errors: ['operator_required', 'project_not_found', 'project_deleted'],
  });
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    c.set('requestId', 'req_only');
    c.set('nowMs', Date.now());
    await next();
  });
  app.onError((error, c) => onError(error, c, 'https://edge.test'));
  serve(app, deps, row, async () => ({ success: true as const }));
  const ask = (key: string) =>
    app.request(`/only/${project.id}`, { headers: { authorization: `Bearer ${key}` } });

  it('opens to no developer, not even for a project of their own', async () => {
    const answer = await ask(ada.key);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'operator_required' });
    const operator = await developer('operator@dream.example');
    for (const key of [OPERATOR, operator.key]) expect((await ask(key)).status).toBe(200);
  });
});

describe('an operator', () => {
  it('is who proved an e-mail of the settings, and opens every project', async () => {
    const operator = await developer('operator@dream.example');
    const { id } = await createdBy(ada);
    for (const path of [`/api/projects/${id}`, '/api/projects/prj_dream/live/settings'])
      expect((await call('GET', path, { key: operator.key })).status).toBe(200);
    expect(await projectsOf(operator)).toEqual(expect.arrayContaining([project.id, id]));
    await call('PATCH', `/api/projects/${id}/test/settings`, {
      key: operator.key,
      body: { displayName: 'Seen' },
    });
    const { body } = await call('GET', `/api/projects/${id}/test/audit`, { key: ada.key });
    expect(body.entries[0].actor).toBe(`operator ${operator.customerId}`);
  });

  it('makes a project for a developer, or in their own account', async () => {
    const operator = await developer('second.operator@dream.example');
    const own = await createdBy(operator);
    const body = { name: 'Theirs', ownerEmail: ada.email };
    const theirs = await call('POST', '/api/projects', { key: operator.key, body });
    expect(theirs.body.project.accountId).toBe(project.accountId);
    expect(own.accountId).not.toBe(project.accountId);
  });

  it('with the secret alone must say whom a project is for', async () => {
    const answer = await call('POST', '/api/projects', { key: OPERATOR, body: { name: 'Whose' } });
    expect(answer.body).toMatchObject({
      code: 'invalid_request',
      issues: [{ path: 'ownerEmail', message: 'Is required.' }],
    });
  });
});

/** Gives a customer of the platform another proved e-mail. */
async function changeEmail(customerId: string, email: string): Promise<void> {
  await runInDurableObject(
    deps.project({ projectId: 'prj_dream', mode: 'live' }),
    (_, { storage }) => {
      storage.sql.exec('UPDATE customer SET email = ? WHERE id = ?', email, customerId);
      storage.sql.exec('UPDATE identity SET subject = ? WHERE customer_id = ?', email, customerId);
    },
  );
}
