import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../../env.ts';
import { OauthProviders } from './oauth-providers.ts';

const app = parseConfig(env).clerk.test;
const MINUTE_MS = 60_000;
const asked = () => vi.spyOn(globalThis, 'fetch');
const away = () => asked().mockRejectedValue(new TypeError('Network connection lost.'));

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the providers of an application', () => {
  it('are asked for once in five minutes', async () => {
    const providers = new OauthProviders(app);
    const calls = asked();
    expect(await providers.read(0)).toEqual(expect.arrayContaining(['google', 'github']));
    await providers.read(5 * MINUTE_MS - 1);
    expect(calls).toHaveBeenCalledTimes(1);
    await Promise.all([providers.read(5 * MINUTE_MS), providers.read(5 * MINUTE_MS)]);
    expect(calls).toHaveBeenCalledTimes(2);
  });

  it('go on as they were while Clerk is away, and Clerk is left alone for a while', async () => {
    const providers = new OauthProviders(app);
    const known = await providers.read(0);
    const calls = away();
    for (const atMs of [5 * MINUTE_MS, 5 * MINUTE_MS + 29_999])
      expect(await providers.read(atMs)).toEqual(known);
    expect(calls).toHaveBeenCalledTimes(1);
    await providers.read(5 * MINUTE_MS + 30_000);
    expect(calls).toHaveBeenCalledTimes(2);
  });

  it('are not guessed when Clerk never answered', async () => {
    const providers = new OauthProviders(app);
    away();
    await expect(providers.read(0)).rejects.toMatchObject({ code: 'provider_unavailable' });
    vi.restoreAllMocks();
    expect(await providers.read(30_000)).toContain('google');
  });

  it.each(['{}', 'nonsense', '{"user_settings":{"social":null}}'])(
    'are not read out of an answer like %s',
    async (text) => {
      const providers = new OauthProviders(app);
      asked().mockResolvedValue(new Response(text));
      await expect(providers.read(0)).rejects.toMatchObject({ code: 'provider_unavailable' });
    },
  );
});
