import { afterEach, expect, it, vi } from 'vitest';
import { Dream } from './index.ts';
import { settingsOf } from './options.ts';

afterEach(() => vi.unstubAllGlobals());

const KEY = 'sk_test_x';
const given = (options: object) => () => new Dream(options as { secretKey: string });

it.each([
  [{ secretKey: 'pk_test_x' }, /publishable key/],
  [{ secretKey: '' }, /DREAM_SECRET_KEY/],
  [{}, /DREAM_SECRET_KEY/],
  [undefined, /DREAM_SECRET_KEY/],
  [{ secretKey: 'sk_test_x\n' }, /line break/],
  [{ secretKey: '"sk_test_x"' }, /quotation marks/],
  [{ secretKey: KEY, baseUrl: 'api.example.com' }, /baseUrl/],
  [{ secretKey: KEY, baseUrl: 'ftp://api.example.com' }, /baseUrl/],
  [{ secretKey: KEY, timeoutMs: 0 }, /timeoutMs/],
  [{ secretKey: KEY, maxRetries: 1.5 }, /maxRetries/],
])('refuses %j with advice', (options, advice) => {
  expect(given(options as object)).toThrow(advice);
});

it('never shows the key it refuses', () => {
  expect(given({ secretKey: 'sk_test_abc def' })).not.toThrow(/abc/);
});

it('refuses to run in a browser, unless told', () => {
  vi.stubGlobal('window', {});
  vi.stubGlobal('document', {});
  expect(given({ secretKey: KEY })).toThrow(/browser/);
  expect(given({ secretKey: KEY, allowBrowser: true })).not.toThrow();
});

it('takes a base URL with or without a slash at its end', () => {
  const { baseUrl } = settingsOf({ secretKey: KEY, baseUrl: 'https://api.example.com/' });
  expect(baseUrl).toBe('https://api.example.com');
});

it('calls a fetch of yours by itself, not as a method of something else', async () => {
  const receivers: unknown[] = [];
  const own = async function own(this: unknown): Promise<Response> {
    receivers.push(this);
    return Response.json({ tiers: [] });
  };
  expect(await new Dream({ secretKey: KEY, fetch: own }).tiers.list()).toEqual([]);
  expect(receivers).toEqual([undefined]);
});
