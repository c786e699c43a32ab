import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../src/env.ts';
import { call, createEnvironment, type TestEnvironment } from './harness.ts';
import { Page } from './sign-in.ts';

const { apiUrl } = parseConfig(env).clerk;
let people = 0;
const newEmail = () => `quiet${(people += 1)}.${Date.now()}+clerk_test@example.com`;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What the edge asks of Clerk while something is done, the ids left out. */
async function askedOfClerk(act: () => Promise<unknown>): Promise<string[]> {
  // Clerk's package keeps the fetch it was loaded with, unless it is told that this is a test.
  vi.stubEnv('NODE_ENV', 'test');
  const really = globalThis.fetch.bind(globalThis);
  const seen = vi.spyOn(globalThis, 'fetch').mockImplementation(really);
  await act();
  const requests = seen.mock.calls.map((args) => new Request(...args));
  vi.restoreAllMocks();
  return requests
    .filter(({ url }) => url.startsWith(apiUrl))
    .map(({ method, url }) => `${method} ${new URL(url).pathname.replace(/\w{20,}/, '{id}')}`);
}

const byPassword = ({ pk }: TestEnvironment, email: string, password = 'a wrong guess') =>
  call('POST', `/api/sessions/password?pk=${pk}`, { body: { email, password } });

/** What a stranger is told; the id of a request and the hour are nobody's secret. */
const told = ({ status, body }: { status: number; body: object }) => ({
  status,
  body: { ...body, requestId: '' },
});

describe('a stranger who tries an address', () => {
  it('learns nothing from a wrong password: same answer, same work, customer or not', async () => {
    const shop = await createEnvironment();
    const [withPassword, without, unknown] = [newEmail(), newEmail(), newEmail()];
    const body = { email: withPassword, password: 'correct horse battery staple' };
    await call('POST', '/api/customers', { key: shop.sk, body });
    await call('POST', '/api/customers', { key: shop.sk, body: { email: without } });
    expect((await byPassword(shop, withPassword, body.password)).status).toBe(200);

    const answers: object[] = [];
    const asked: string[][] = [];
    for (const email of [withPassword, without, unknown])
      asked.push(await askedOfClerk(async () => answers.push(told(await byPassword(shop, email)))));
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'credentials_wrong' } });
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
    expect(asked[0]).toEqual(['POST /v1/users/{id}/verify_password']);
    expect(asked).toEqual([asked[0], asked[0], asked[0]]);
  });

  it('never signs in as nobody, whatever the password', async () => {
    const shop = await createEnvironment();
    const answer = await byPassword(shop, newEmail(), '');
    expect(answer.body.code).toBe('credentials_wrong');
  });

  it('learns nothing by code of who is a customer here: an address looks the same until it is proved', async () => {
    const [here, elsewhere] = await Promise.all([createEnvironment(), createEnvironment()]);
    const [customer, stranger] = [newEmail(), newEmail()];
    // Both are known to Clerk from another project, and one of them is a customer here.
    for (const email of [customer, stranger]) await new Page(elsewhere.pk).proveEmail(email);
    const created = { key: here.sk, body: { email: customer } };
    expect((await call('POST', '/api/customers', created)).status).toBe(200);
    const begin = async (email: string) => {
      const page = new Page(here.pk);
      const up = await page.send('client/sign_ups', { email_address: email });
      const known = await page.send('client/sign_ins', { identifier: email });
      const { id, supported_first_factors: factors } = known.body.response;
      const sent = await page.send(`client/sign_ins/${id}/prepare_first_factor`, {
        strategy: 'email_code',
        email_address_id: factors.find((one: any) => one.strategy === 'email_code')
          .email_address_id,
      });
      return JSON.stringify([up, known, sent])
        .replaceAll(email, '{email}')
        .replaceAll(/\b[a-z]+_[\w-]{20,}|\b\d{13}\b/g, '{id}')
        .replaceAll(/"clerk_trace_id":"\w+"/g, '{id}');
    };
    expect(await begin(customer)).toBe(await begin(stranger));
  });
});
