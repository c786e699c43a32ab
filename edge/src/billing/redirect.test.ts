import { describe, expect, it } from 'vitest';
import { decideRedirect, type Redirecting, withCheckoutParam } from './redirect.ts';

const who = (given: Partial<Redirecting>): Redirecting => ({
  mode: 'live',
  bySecretKey: false,
  listedOrigins: ['https://shop.example'],
  pageOrigin: null,
  ...given,
});
const refused = { refused: 'redirect_url_not_allowed' };
const evil = 'https://evil.example/done';

describe('a redirect URL', () => {
  it.each<[string, string, Partial<Redirecting>, object]>([
    [
      'of a listed origin is allowed',
      'https://shop.example/done',
      {},
      { url: 'https://shop.example/done' },
    ],
    ['of another origin is refused in live mode', evil, {}, refused],
    [
      'of another origin is refused in live mode even with a secret key',
      evil,
      { bySecretKey: true },
      refused,
    ],
    [
      'may be any with a secret key of test mode',
      evil,
      { mode: 'test', bySecretKey: true },
      { url: evil },
    ],
    [
      'of another origin is refused to a page in test mode',
      evil,
      { mode: 'test', pageOrigin: 'https://shop.example' },
      refused,
    ],
    [
      'of the calling page is allowed in test mode',
      'http://localhost:5174/x',
      { mode: 'test', pageOrigin: 'http://localhost:5174' },
      { url: 'http://localhost:5174/x' },
    ],
    [
      'of the calling page is refused in live mode when it is not listed',
      evil,
      { pageOrigin: 'https://evil.example' },
      refused,
    ],
    [
      'with a listed host in its path is refused',
      'https://evil.example/https://shop.example',
      {},
      refused,
    ],
    [
      'with a listed host before an @ is refused',
      'https://shop.example@evil.example/',
      {},
      refused,
    ],
    ['on another port of a listed host is refused', 'https://shop.example:8443/done', {}, refused],
  ])('%s', (_, url, given, expected) => {
    expect(decideRedirect(url, null, who(given))).toEqual(expected);
  });

  it('is the setting of the environment when none is asked for', () => {
    expect(decideRedirect(undefined, 'https://shop.example/thanks', who({}))).toEqual({
      url: 'https://shop.example/thanks',
    });
    expect(decideRedirect(undefined, null, who({}))).toEqual({ url: null });
  });
});

describe('a success URL', () => {
  it.each([
    ['https://a.example', 'https://a.example?dream_checkout={CHECKOUT_SESSION_ID}'],
    ['https://a.example/x?y=1', 'https://a.example/x?y=1&dream_checkout={CHECKOUT_SESSION_ID}'],
    [
      'https://a.example/#/done?x#z',
      'https://a.example/?dream_checkout={CHECKOUT_SESSION_ID}#/done?x#z',
    ],
  ])('%s brings the checkout id back in its query', (url, expected) => {
    expect(withCheckoutParam(url, 'dream_checkout')).toBe(expected);
  });
});
