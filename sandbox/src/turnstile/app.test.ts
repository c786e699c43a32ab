import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createTurnstileSandbox } from './app.ts';

const app = createTurnstileSandbox(() => 0);
const keyed = (first: number) => `${first}x0000000000000000000000000000000AA`;

async function verify(fields: Record<string, string>, asJson = true): Promise<unknown> {
  const answer = await app.request('/turnstile/v0/siteverify', {
    method: 'POST',
    ...(asJson
      ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) }
      : { body: new URLSearchParams(fields) }),
  });
  return answer.json();
}

test.each([true, false])(
  'the test secrets pass, block and call it spent (JSON: %s)',
  async (json) => {
    const response = 'XXXX.DUMMY.TOKEN.XXXX';
    expect(await verify({ secret: keyed(1), response }, json)).toMatchObject({ success: true });
    expect(await verify({ secret: keyed(2), response }, json)).toMatchObject({
      success: false,
      'error-codes': ['invalid-input-response'],
    });
    expect(await verify({ secret: keyed(3), response }, json)).toMatchObject({
      success: false,
      'error-codes': ['timeout-or-duplicate'],
    });
  },
);

test.each([
  [{ response: 'x' }, 'missing-input-secret'],
  [{ secret: keyed(4), response: 'x' }, 'invalid-input-secret'],
  [{ secret: keyed(1) }, 'missing-input-response'],
])('says what is wrong with %j', async (fields, code) => {
  expect(await verify(fields as Record<string, string>)).toMatchObject({ 'error-codes': [code] });
});

test.each([
  ['1x00000000000000000000AA', 'XXXX.DUMMY.TOKEN.XXXX'],
  ['2x00000000000000000000AB', 'refused 300030'],
])('the script answers a page with site key %s: %s', async (sitekey, told) => {
  const script = await (await app.request('/turnstile/v0/api.js')).text();
  const page: { turnstile?: { render(place: string, options: object): string } } = {};
  runInNewContext(script, { window: page, queueMicrotask });
  const answer = await new Promise((callback) => {
    const failed = (code: string) => callback(`refused ${code}`);
    page.turnstile?.render('#bots', { sitekey, callback, 'error-callback': failed });
  });
  expect(answer).toBe(told);
});
