import { describe, expect, it } from 'vitest';
import { publishableKey } from '../auth/keys.ts';
import { noWindowCookie, windowCookie, windowStateOf } from './window-cookie.ts';

const HTTPS = 'https://edge.example';
const HTTP = 'http://127.0.0.1:8787';
const pk = publishableKey('prj_abcdefghijklmnopqrst', 'test');
const pairOf = (cookie: string) => cookie.split(';')[0] ?? '';

describe('the cookie of the window', () => {
  it.each([HTTPS, HTTP])('names the environment and the attempt it was made for, at %s', (at) => {
    const header = `theme=dark; ${pairOf(windowCookie(at, pk, 'state1'))}; other=1`;
    expect(windowStateOf(at, header)).toEqual({
      key: { kind: 'pk', mode: 'test', projectId: 'prj_abcdefghijklmnopqrst' },
      state: 'state1',
    });
  });

  it('is read by no script, sent by no stranger’s request, and set by no other host', () => {
    const cookie = windowCookie(HTTPS, pk, 'state1');
    expect(cookie).toMatch(/^__Host-/);
    for (const part of ['Path=/', 'HttpOnly', 'SameSite=Lax', 'Secure', 'Max-Age=600'])
      expect(cookie.split('; ')).toContain(part);
    expect(noWindowCookie(HTTPS)).toContain('Max-Age=0');
  });

  it.each([
    ['nothing', undefined],
    ['an empty one', '__Host-dream-oauth='],
    ['no state', `__Host-dream-oauth=${pk}`],
    ['no key', '__Host-dream-oauth=.state1'],
    ['a mistyped key', `__Host-dream-oauth=${pk}x.state1`],
    ['the plain name, which any host may set', `dream-oauth=${pk}.state1`],
    ['a longer name', `x__Host-dream-oauth=${pk}.state1`],
  ])('says nothing when there is %s', (_what, header) => {
    expect(windowStateOf(HTTPS, header)).toBeNull();
  });
});
