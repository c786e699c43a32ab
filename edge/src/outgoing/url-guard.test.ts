import { describe, expect, it } from 'vitest';
import { whyNotReach } from './url-guard.ts';

const production = { publicUrl: 'https://api.dream.dev', webhooksToLoopback: false };
const laptop = { publicUrl: 'http://127.0.0.1:8787', webhooksToLoopback: true };

describe('a webhook may go to', () => {
  it.each([
    'https://example.com/hooks',
    'https://a.b.example.co.uk:8443/x?y=z',
    'https://dream.dev',
  ])('%s', (url) => {
    expect(whyNotReach(url, production)).toBe(null);
  });

  it.each(['http://127.0.0.1:3000/hook', 'http://localhost:3000', 'https://[::1]:3000/'])(
    '%s on a laptop, and nowhere else',
    (url) => {
      expect(whyNotReach(url, laptop)).toBe(null);
      expect(whyNotReach(url, production)).not.toBe(null);
    },
  );
});

describe('a webhook may not go to', () => {
  it.each([
    ['no URL', 'hooks', /absolute/],
    ['http', 'http://example.com', /https/],
    ['another protocol', 'ftp://example.com', /https/],
    ['an address', 'https://93.184.216.34/', /IP address/],
    ['a private address', 'https://10.0.0.1/', /IP address/],
    ['an address as one number', 'https://2130706433/', /IP address/],
    ['an address in hexadecimal', 'https://0x7f.1/', /IP address/],
    ['an address of version 6', 'https://[2606:4700::1111]/', /IP address/],
    ['an address with a dot at its end', 'https://10.0.0.1./', /IP address/],
    ['this machine', 'https://localhost/', /public web/],
    ['a name below this machine', 'https://app.localhost/', /public web/],
    ['a name without a dot', 'https://intranet/', /public web/],
    ['a name of a private network', 'https://db.internal/', /public web/],
    ['a name of a home', 'https://printer.home.arpa/', /public web/],
    ['credentials', 'https://user:secret@example.com/', /password/],
    ['a fragment', 'https://example.com/#x', /fragment/],
    ['this edge', 'https://api.dream.dev/api', /this edge/],
    ['this edge in capitals and with a dot', 'https://API.Dream.dev./api', /this edge/],
    ['this edge on another port', 'https://api.dream.dev:8443/', /this edge/],
    ['a name below this edge', 'https://x.api.dream.dev/', /this edge/],
  ])('%s', (_, url, why) => {
    expect(whyNotReach(url, production)).toMatch(why);
  });

  it('the edge of the laptop itself, nor to other machines by http or address', () => {
    expect(whyNotReach('http://127.0.0.1:8787/webhook/stripe', laptop)).toMatch(/this edge/);
    expect(whyNotReach('http://192.168.0.2/hook', laptop)).toMatch(/https/);
    expect(whyNotReach('https://192.168.0.2/hook', laptop)).toMatch(/IP address/);
  });
});
