import { describe, expect, it } from 'vitest';
import { providerUrl } from './provider-url.ts';

const CLERK = 'https://clerk.example.com';
const LOCAL = 'http://127.0.0.1:8788/fapi/test_app';

describe('the URL a window is sent to', () => {
  it.each([
    ['https://accounts.google.example/o/auth?state=1', CLERK],
    ['https://accounts.google.example/', LOCAL],
    ['http://127.0.0.1:8788/provider', LOCAL],
    ['http://localhost:8788/provider', LOCAL],
  ])('may be %s where Clerk is %s', (url, clerk) => {
    expect(providerUrl(url, clerk)).toBe(url);
  });

  it.each([
    ['javascript:alert(1)', LOCAL],
    ['JaVaScRiPt://127.0.0.1/%0aalert(1)', LOCAL],
    ['data:text/html,<script>alert(1)</script>', LOCAL],
    ['blob:https://edge.example/1', LOCAL],
    ['file:///etc/passwd', LOCAL],
    ['http://accounts.google.example/', LOCAL],
    ['http://127.0.0.1.attacker.example/', LOCAL],
    ['http://127.0.0.1:8788/provider', CLERK],
    ['https://accounts.google.example@attacker.example/', CLERK],
    ['//accounts.google.example/', CLERK],
    ['', CLERK],
    [null, CLERK],
    [undefined, CLERK],
    [{ href: 'https://accounts.google.example/' }, CLERK],
  ])('is never %s where Clerk is %s', (url, clerk) => {
    expect(providerUrl(url, clerk)).toBeNull();
  });
});
