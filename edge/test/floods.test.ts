import { describe, expect, it } from 'vitest';
import { call, createEnvironment } from './harness.ts';

let counted = 0;
const next = () => (counted += 1);

/** An address nobody else in these tests comes from. */
const newAddress = () => `198.51.100.${next()}`;

describe('one address', () => {
  it.each([
    ['exchange', () => ({ sealedToken: 'made.up' })],
    ['password', () => ({ email: `nobody${next()}@example.com`, password: 'guess' })],
    ['refresh', () => ({ refreshToken: 'rt_made_up' })],
    ['end', () => ({ refreshToken: 'rt_made_up' })],
  ])('asks sessions/%s 300 times a minute and no more; another goes on', async (name, body) => {
    const { pk } = await createEnvironment();
    const from = (address: string) =>
      call('POST', `/api/sessions/${name}?pk=${pk}`, {
        body: body(),
        headers: { 'cf-connecting-ip': address },
      });
    const address = newAddress();
    const answers = await Promise.all(Array.from({ length: 301 }, () => from(address)));
    const refused = answers.filter(({ status }) => status !== 401);
    expect(refused.map((answer) => answer.body.code)).toEqual(['too_many_attempts']);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await from(newAddress())).status).toBe(401);
  });
});
