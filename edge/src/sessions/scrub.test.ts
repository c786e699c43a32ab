import { describe, expect, it } from 'vitest';
import { scrubbed } from './scrub.ts';

const base64 = (value: object) =>
  btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

const body = `${base64({ alg: 'RS256', kid: 'ins_1' })}.${base64({ sid: 'sess_1', sub: 'user_1' })}`;
const jwt = `${body}.c2lnbmF0dXJl-_x`;
const worthless = `${body}.AAAAAAAAAAAAAAA`;

describe('a proxied answer', () => {
  it.each([
    ['at the top', jwt, worthless],
    ['in an object', { jwt }, { jwt: worthless }],
    [
      'deep in lists and objects',
      { client: { sessions: [{ id: 'sess_1', last_active_token: { jwt } }, [jwt]] } },
      {
        client: {
          sessions: [{ id: 'sess_1', last_active_token: { jwt: worthless } }, [worthless]],
        },
      },
    ],
    [
      'in a URL',
      `https://x.example/?token=${jwt}&a=1`,
      `https://x.example/?token=${worthless}&a=1`,
    ],
    ['in a header', `Bearer ${jwt}`, `Bearer ${worthless}`],
    ['twice in one text', `${jwt} ${jwt}`, `${worthless} ${worthless}`],
    [
      'with a space in its head',
      `${btoa('{ "alg":"RS256" }').replaceAll('=', '')}.e30.c2ln`,
      `${btoa('{ "alg":"RS256" }').replaceAll('=', '')}.e30.AAAA`,
    ],
  ])('keeps the claims and loses the signature of a JWT %s', (_, given, expected) => {
    expect(scrubbed(given)).toEqual(expected);
  });

  it.each([
    ['a host that looks like one', 'eyes.example.com'],
    ['an address at such a host', 'ada@eyes.example.com'],
    ['a text of two dots', 'eyJhb.eyJzd.abc'],
    ['an id', 'sess_2abc'],
    ['a number', 0],
    ['false', false],
    ['null', null],
    ['an empty text', ''],
    ['empty lists and objects', { a: [], b: {} }],
    ['a field named as a prototype', JSON.parse('{"__proto__":{"a":1}}') as object],
  ])('keeps %s', (_, given) => {
    expect(scrubbed(given)).toEqual(given);
    expect(JSON.stringify(scrubbed({ given }))).toBe(JSON.stringify({ given }));
  });
});
