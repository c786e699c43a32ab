import { afterEach, describe, expect, it, vi } from 'vitest';
import { call, createEnvironment, manage, type TestEnvironment } from './harness.ts';
import { Page } from './sign-in.ts';

const TEN_MINUTES_MS = 600_000;

let people = 0;
const newEmail = () => `pia${(people += 1)}.${Date.now()}+clerk_test@example.com`;

async function proved({ pk }: TestEnvironment, email = newEmail()): Promise<Page> {
  const page = new Page(pk);
  await page.proveEmail(email);
  return page;
}

afterEach(() => {
  vi.useRealTimers();
});

describe('what was proved', () => {
  it('may be exchanged for ten minutes and no longer', async () => {
    const shop = await createEnvironment();
    const [soon, late] = await Promise.all([proved(shop), proved(shop)]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + TEN_MINUTES_MS - 5_000 });
    expect((await soon.exchange()).status).toBe(200);
    vi.setSystemTime(Date.now() + 6_000);
    expect((await late.exchange()).body.code).toBe('identity_not_proved');
  });

  it('is used by one of the exchanges that race for it', async () => {
    const page = await proved(await createEnvironment());
    const answers = await Promise.all([page.exchange(), page.exchange(), page.exchange()]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('opens nothing in the other mode of its project', async () => {
    const shop = await createEnvironment();
    const { project } = await manage('GET', `/api/projects/${shop.id}`);
    const page = await proved(shop);
    const origin = 'https://shop.example';
    await manage('PUT', `/api/projects/${shop.id}/live/origins`, { origins: [origin] });
    const live = new Page(project.publishableKeys.live, origin);
    expect((await live.exchange(page.token)).body.code).toBe('identity_not_proved');
    expect((await page.exchange()).status).toBe(200);
  });

  it('shows a page nothing of what the person told another tenant', async () => {
    const [one, two] = await Promise.all([createEnvironment(), createEnvironment()]);
    const email = newEmail();
    const page = new Page(one.pk);
    const { id } = (
      await page.send('client/sign_ups', { email_address: email, first_name: 'Secretname' })
    ).body.response;
    const form = { strategy: 'email_code' };
    await page.send(`client/sign_ups/${id}/prepare_verification`, form);
    await page.send(`client/sign_ups/${id}/attempt_verification`, { ...form, code: '424242' });
    expect((await page.exchange()).status).toBe(200);
    const other = new Page(two.pk);
    const named = await other.send('client/sign_ins', { identifier: email });
    const finished = await other.proveEmail(email);
    expect(finished.response.status).toBe('complete');
    expect(JSON.stringify([named, finished])).not.toContain('Secretname');
  });
});

describe('a refresh token just replaced', () => {
  it('is good for thirty seconds more; after that it ends the family', async () => {
    const shop = await createEnvironment();
    const first = (await (await proved(shop)).exchange()).body.refreshToken;
    const refresh = (refreshToken: string) =>
      call('POST', `/api/sessions/refresh?pk=${shop.pk}`, { body: { refreshToken } });
    const nowMs = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
    const second = (await refresh(first)).body.refreshToken;
    vi.setSystemTime(nowMs + 30_000);
    expect((await refresh(first)).body.refreshToken).toBe(second);
    vi.setSystemTime(nowMs + 30_001);
    expect((await refresh(first)).body.code).toBe('session_ended');
    expect((await refresh(second)).body.code).toBe('session_ended');
  });
});
