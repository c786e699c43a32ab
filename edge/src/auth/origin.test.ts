import { describe, expect, it } from 'vitest';
import { originAllowed, originRefused, readOrigin } from './origin.ts';

describe('an origin that is listed', () => {
  it.each([
    ['https://example.com', 'https://example.com'],
    ['https://Example.com/', 'https://example.com'],
    [' https://example.com:443 ', 'https://example.com'],
    ['https://example.com:8443', 'https://example.com:8443'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://*.example.com', 'https://*.example.com'],
    ['HTTPS://*.Example.com:8443', 'https://*.example.com:8443'],
    ['https://*.my-shop.co.uk', 'https://*.my-shop.co.uk'],
    ['https://*.team.vercel.app', 'https://*.team.vercel.app'],
  ])('%j is kept as %s', (text, origin) => {
    expect(readOrigin(text)).toEqual({ origin });
  });

  it.each([
    ['', 'Must begin with'],
    ['*', 'Must begin with'],
    ['*.com', 'Must begin with'],
    ['example.com', 'Must begin with'],
    ['ftp://example.com', 'Must begin with'],
    ['javascript:alert(1)', 'Must begin with'],
    ['null', 'Must begin with'],
    ['https://*', 'Would allow every site'],
    ['https://*:443', 'Would allow every site'],
    ['https://*example.com', 'Would allow every site'],
    ['https://a.*.example.com', 'only at the front'],
    ['https://*.*.example.com', 'only at the front'],
    ['https://*.com', 'sites of others'],
    ['https://*.co.uk', 'sites of others'],
    ['https://*.localhost', 'sites of others'],
    ['https://*.vercel.app', 'sites of others'],
    ['https://*.github.io:443', 'sites of others'],
    ['http://*.example.com', 'needs https'],
    ['https://*.127.0.0.1', 'no subdomains'],
    ['https://example.com/shop', 'no path'],
    ['https://example.com?a', 'no path'],
    ['https://example.com?', 'no path'],
    ['https://example.com#', 'no path'],
    ['https://ada:secret@example.com', 'user name'],
    ['https://', 'a scheme, a host'],
    ['https://a b.example', 'a scheme, a host'],
    ['https://example.com:99999', 'a scheme, a host'],
  ])('is not %j: %s', (text, reason) => {
    expect(readOrigin(text)).toEqual({ reason: expect.stringContaining(reason) });
  });
});

describe('in live mode a page', () => {
  const listed = ['https://shop.example', 'https://*.team.example', 'https://*.dev.example:8443'];

  it.each([
    'https://shop.example',
    'https://a.team.example',
    'https://a.b.team.example',
    'https://a.dev.example:8443',
  ])('of %s may call', (origin) => {
    expect(originAllowed(origin, 'live', listed)).toBe(true);
  });

  it.each([
    'http://shop.example',
    'https://shop.example:8443',
    'https://shop.example.evil.example',
    'https://www.shop.example',
    'https://team.example',
    'https://evilteam.example',
    'http://a.team.example',
    'https://a.team.example:8443',
    'https://a.dev.example',
    'https://.team.example',
    'https://evil.example/.team.example',
    'https://evil.example#.team.example',
    'https://u@evil.example\\.team.example',
    'null',
    '',
  ])('of %j may not', (origin) => {
    expect(originAllowed(origin, 'live', listed)).toBe(false);
  });
});

it('in test mode any page may call', () => {
  expect(originAllowed('http://localhost:1234', 'test', [])).toBe(true);
});

describe('a refusal', () => {
  const environment = { projectId: 'prj_a', mode: 'live' as const };

  it('names the origin and the call that lists it', () => {
    expect(originRefused('https://new.example', environment).details).toEqual({
      origin: 'https://new.example',
      fix: 'Add "https://new.example" to the list of PUT /api/projects/prj_a/live/origins; it replaces the list, so send the others as well.',
    });
  });

  it('says what to do about a page that has no origin', () => {
    expect(originRefused('null', environment).details.fix).toContain('serve it over https');
  });
});
