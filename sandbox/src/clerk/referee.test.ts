import { describe, expect, test } from 'vitest';
import { type Answer, DESCRIPTIONS, openReferee } from './referee.ts';
import { nativeClient, startTestClerk } from './test-clerk.ts';

const referee = openReferee();
if (!referee) {
  console.warn(
    `Skipped: Clerk's descriptions are not at ${DESCRIPTIONS}, so no answer was judged.`,
  );
}

test("without Clerk's descriptions there is no referee, and the sandbox runs without one", () => {
  expect(openReferee('/nowhere')).toBeNull();
});

/** Signs somebody up and asks both APIs about it; gives the answers for a test to spoil. */
async function genuine(): Promise<{ client: Answer; user: Answer; refusal: Answer }> {
  const clerk = await startTestClerk();
  const visitor = nativeClient(clerk.url);
  const { body } = await visitor.signUp('judged+clerk_test@example.com');
  const ask = async (api: Answer['api'], url: string, path: string, headers: object) => {
    const response = await fetch(url, { headers: { ...headers } });
    return { api, method: 'GET', path, status: response.status, body: await response.json() };
  };
  const key = { authorization: 'Bearer sk_test_endusers' };
  const path = `/users/${body.response.created_user_id}`;
  const native = `${clerk.url}/fapi/test_endusers/v1/client?_is_native=1`;
  const answers = {
    client: await ask('frontend', native, '/v1/client', { authorization: visitor.token }),
    user: await ask('backend', `${clerk.url}/v1${path}`, path, key),
    refusal: await ask('backend', `${clerk.url}/v1/users/nobody`, '/users/nobody', key),
  };
  await clerk.close();
  return answers;
}

describe.skipIf(!referee)("Clerk's published descriptions as referee (needs the folder)", () => {
  test('let genuine answers pass and refuse each one that was spoiled', async () => {
    const { client, user, refusal } = await genuine();
    for (const answer of [client, user, refusal]) expect(referee?.judge(answer)).toBeNull();

    const spoil = (answer: Answer, change: (body: any) => void, extra: Partial<Answer> = {}) => {
      const spoiled = structuredClone({ ...answer, ...extra });
      change(spoiled.body);
      return referee?.judge(spoiled) ?? 'passed';
    };
    const refused = [
      spoil(user, (body) => delete body.email_addresses),
      spoil(user, (body) => (body.created_at = 'yesterday')),
      spoil(user, (body) => (body.email_addresses[0].verification.strategy = 'oracle')),
      spoil(client, (body) => (body.response.sessions[0].status = 'lively')),
      spoil(client, (body) => (body.response.sessions[0].user.object = 'person')),
      spoil(client, (body) => delete body.client),
      spoil(refusal, (body) => (body.errors = 'none')),
    ];
    for (const verdict of refused) expect(verdict).toMatch(/\{.*\}\.$/);
    expect(spoil(user, () => {}, { path: '/nowhere' })).toContain('no such answer is described');
    expect(spoil(user, () => {}, { status: 201 })).toContain('no such answer is described');
  });

  test('are asked about every answer of a test sandbox, and a bad one fails its closing', async () => {
    const clerk = await startTestClerk(undefined, (answer) => ({ ...answer, body: [] }));
    await fetch(`${clerk.url}/fapi/test_endusers/v1/environment`);
    await expect(clerk.close()).rejects.toThrow('frontend GET /v1/environment 200');
  });
});
