import { Webhook as Referee } from 'standardwebhooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { verifyWebhook, type WebhookHeaders } from './index.ts';

const SECRET = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`;
const OTHER = `whsec_${btoa('another secret, another endpoint')}`;
const BODY = JSON.stringify({
  id: 'evt_1',
  type: 'webhook.test',
  data: { message: 'Grüße, 世界' },
});
const NOW_MS = 1_800_000_000_000;

/** The headers of a webhook, signed by the library that is not ours. */
function signed(given: { secrets?: string[]; atMs?: number; body?: string; id?: string } = {}) {
  const { secrets = [SECRET], atMs = NOW_MS, body = BODY, id = 'evt_1' } = given;
  const signatures = secrets.map((secret) => new Referee(secret).sign(id, new Date(atMs), body));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(atMs / 1000)),
    'webhook-signature': signatures.join(' '),
  };
}

const at = (nowMs: number) => vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
const verify = (
  headers: WebhookHeaders = signed(),
  payload: string | Uint8Array = BODY,
  secret: string | string[] = SECRET,
) => verifyWebhook(payload, headers, secret);
const no = (reason: string) => ({ valid: false, reason });

describe('a webhook', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('signed by the Standard Webhooks library is believed, and read', async () => {
    at(NOW_MS);
    expect(await verify()).toEqual({ valid: true, event: JSON.parse(BODY) });
  });

  it.each<[string, WebhookHeaders]>([
    ['of fetch', new Headers(signed())],
    [
      'in capitals',
      Object.fromEntries(Object.entries(signed()).map(([k, v]) => [k.toUpperCase(), v])),
    ],
    ['of Node', { ...signed(), host: 'example.com', 'x-list': ['a', 'b'], gone: undefined }],
  ])('is believed with the headers %s', async (_, headers) => {
    at(NOW_MS);
    expect((await verify(headers)).valid).toBe(true);
  });

  it('is believed as bytes, also where they are a part of a longer buffer', async () => {
    at(NOW_MS);
    const long = new TextEncoder().encode(`x${BODY}y`);
    expect((await verify(signed(), long.subarray(1, -1))).valid).toBe(true);
    expect((await verify(signed(), Buffer.from(BODY))).valid).toBe(true);
  });

  it('is believed if one of several signatures fits, as while a secret is rotated', async () => {
    at(NOW_MS);
    const both = signed({ secrets: [OTHER, SECRET] });
    for (const secret of [SECRET, OTHER])
      expect((await verify(both, BODY, secret)).valid).toBe(true);
    expect((await verify(signed(), BODY, [OTHER, SECRET])).valid).toBe(true);
    const other = { ...both, 'webhook-signature': `v1a,abc= ${both['webhook-signature']} v2,x` };
    expect((await verify(other)).valid).toBe(true);
  });

  it.each([
    ['another body', signed({ body: `${BODY} ` })],
    ['another secret', signed({ secrets: [OTHER] })],
    ['another id', { ...signed(), 'webhook-id': 'evt_2' }],
    ['another time', { ...signed(), 'webhook-timestamp': String(NOW_MS / 1000 + 1) }],
    [
      'another version of the scheme',
      { ...signed(), 'webhook-signature': signed()['webhook-signature'].replace('v1,', 'v2,') },
    ],
    ['no base64', { ...signed(), 'webhook-signature': 'v1,§§§' }],
    [
      'a signature cut short',
      { ...signed(), 'webhook-signature': signed()['webhook-signature'].slice(0, -8) },
    ],
  ])('signed for %s is refused, here and by the library', async (_, headers) => {
    at(NOW_MS);
    expect(await verify(headers)).toEqual(no('bad_signature'));
    expect(() => new Referee(SECRET).verify(BODY, headers)).toThrow('No matching signature found');
  });

  it.each([
    [0, undefined, true],
    [300, undefined, true],
    [301, undefined, 'too_old'],
    [-300, undefined, true],
    [-301, undefined, 'too_new'],
    [30, 30, true],
    [31, 30, 'too_old'],
    [86_400, 86_400, true],
  ])('%i s old, with a tolerance of %s s: %s', async (ageSeconds, toleranceSeconds, expected) => {
    at(NOW_MS + ageSeconds * 1000);
    const options = toleranceSeconds === undefined ? {} : { toleranceSeconds };
    const result = await verifyWebhook(BODY, signed(), SECRET, options);
    expect(result.valid || result.reason).toBe(expected);
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'without %s is refused',
    async (name) => {
      expect(await verify({ ...signed(), [name]: undefined })).toEqual(no('missing_headers'));
      expect(await verify({ ...signed(), [name]: '' })).toEqual(no('missing_headers'));
    },
  );

  it('signed well that says nothing is refused', async () => {
    at(NOW_MS);
    for (const body of ['', 'no json', '[1]', 'null', '"text"'])
      expect([body, await verify(signed({ body }), body)]).toEqual([body, no('malformed')]);
    const headers = { ...signed(), 'webhook-timestamp': '1e9' };
    expect(await verify(headers)).toEqual(no('malformed'));
  });

  it('cannot be verified by what is no secret, or after it was parsed', async () => {
    for (const secret of ['', 'sk_test_x', 'whsec_', 'whsec_§', [] as string[], undefined as never])
      await expect(verifyWebhook(BODY, signed(), secret)).rejects.toThrow(TypeError);
    await expect(verify(signed(), JSON.parse(BODY))).rejects.toThrow(/before anything parses/);
  });
});
