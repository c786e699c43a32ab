import { describe, expect, it } from 'vitest';
import { codeAddress, proxiedCall } from './proxied-call.ts';

const ask = (method: string, path: string, query = '', form = '') =>
  proxiedCall(method, path, new URLSearchParams(query), new URLSearchParams(form));

const UPS = '/v1/client/sign_ups';
const INS = '/v1/client/sign_ins';
const code = 'strategy=email_code';

describe('a call of a page to Clerk', () => {
  it.each([
    ['GET', '/v1/environment', '', '', 'GET', null],
    ['GET', '/v1/client', '', '', 'GET', null],
    ['POST', UPS, '', 'email_address=a%40b.example', 'POST', null],
    ['POST', INS, '', 'identifier=a%40b.example', 'POST', null],
    [
      'POST',
      UPS,
      '',
      'email_address=a%40b.example&first_name=A&locale=de-CH&captcha_error=e',
      'POST',
      null,
    ],
    ['GET', `${UPS}/sua_1`, '', '', 'GET', null],
    ['POST', `${UPS}/sua_1/prepare_verification`, '', code, 'POST', `${UPS}/sua_1`],
    ['POST', `${INS}/sia_1/prepare_first_factor`, '', code, 'POST', `${INS}/sia_1`],
    ['POST', `${UPS}/sua_1/attempt_verification`, '', `${code}&code=1`, 'POST', null],
    ['POST', `${INS}/sia_1/attempt_first_factor`, '', `${code}&code=1`, 'POST', null],
    ['POST', '/v1/client/sessions/sess_1/touch', '', '', 'POST', null],
    ['POST', '/v1/client/sessions', '_method=DELETE', '', 'DELETE', null],
  ])('%s %s passes (%s %s), as what it means', (method, path, query, form, meant, codeOf) => {
    expect(ask(method, path, query, form)).toEqual({
      method: meant,
      path,
      search: '?_is_native=1',
      codeOf,
    });
  });

  it.each([
    ['the visitor’s global profile', 'GET', '/v1/me', '', ''],
    ['tokens of a session', 'POST', '/v1/client/sessions/sess_1/tokens', '', ''],
    ['a slash in code', 'POST', `${UPS}/sua_1%2Fprepare_verification`, '', code],
    ['dots in code', 'GET', '/v1/client/sign_ups/%2e%2e', '', ''],
    ['a doubled slash', 'GET', '/v1//client', '', ''],
    ['a slash at the end', 'POST', `${INS}/`, '', code],
    ['a line at the end', 'GET', '/v1/client\n', '', ''],
    ['a path below another', 'GET', '/x/v1/client', '', ''],
    ['another case', 'GET', '/V1/CLIENT', '', ''],
    [
      'another address for an attempt',
      'POST',
      `${UPS}/sua_1`,
      '_method=PATCH',
      'email_address=c%40d.example',
    ],
    ['an update sent as a post', 'POST', `${UPS}/sua_1`, '', 'first_name=Ada'],
    ['a deletion of what it may make', 'POST', UPS, '_method=DELETE', ''],
    ['a creation sent as a reading', 'GET', UPS, '_method=POST', ''],
    ['two meanings', 'POST', '/v1/client/sessions', '_method=DELETE&_method=DELETE', ''],
    ['an empty meaning', 'POST', UPS, '_method=', ''],
    ['a meaning in its form', 'POST', '/v1/client/sessions', '', '_method=DELETE'],
    [
      'a field given twice',
      'POST',
      UPS,
      '',
      'email_address=a%40b.example&email_address=c%40d.example',
    ],
    ['a code asked for by creating a sign-up', 'POST', UPS, '', code],
    ['a code asked for by creating a sign-in', 'POST', INS, '', `${code}&identifier=a%40b.example`],
    ['a password to try', 'POST', `${INS}/sia_1/attempt_first_factor`, '', 'strategy=password'],
    [
      'a password beside a code',
      'POST',
      `${INS}/sia_1/attempt_first_factor`,
      '',
      `${code}&password=p`,
    ],
    ['a password given at once', 'POST', INS, '', 'identifier=ada&password=p'],
    ['a password for all tenants', 'POST', UPS, '', 'email_address=a%40b.example&password=p'],
    ['a ticket', 'POST', UPS, '', 'ticket=t'],
    [
      'a provider to go to',
      'POST',
      INS,
      '',
      'strategy=oauth_google&redirect_url=https%3A%2F%2Fe.example',
    ],
    ['a provider’s token', 'POST', INS, '', 'strategy=google_one_tap&token=ey'],
    ['a transfer', 'POST', UPS, '', 'transfer=true'],
    ['a mailed link', 'POST', `${UPS}/sua_1/prepare_verification`, '', 'strategy=email_link'],
    ['a text message', 'POST', `${INS}/sia_1/prepare_first_factor`, '', 'strategy=phone_code'],
    [
      'a code to reset a password',
      'POST',
      `${INS}/sia_1/prepare_first_factor`,
      '',
      'strategy=reset_password_email_code',
    ],
    ['nothing in particular', 'POST', `${INS}/sia_1/prepare_first_factor`, '', ''],
  ])('is refused for %s', (_, method, path, query, form) => {
    expect(ask(method, path, query, form)).toBeNull();
  });

  it('carries no parameter but those of clerk-js, and each once', () => {
    const query =
      '_is_native=0&_clerk_js_version=6&_clerk_js_version=7&strategy=email_code&rotating_token_nonce=n&__clerk_api_version=2026-05-12';
    expect(ask('POST', INS, query)?.search).toBe(
      '?_is_native=1&__clerk_api_version=2026-05-12&_clerk_js_version=6',
    );
  });
});

describe('the address a code would go to', () => {
  const factor = (strategy: string) => ({ strategy });
  it.each([
    ['a sign-up', { email_address: ' Ada@Example.com' }, 'ada@example.com'],
    ['a sign-up without one', { email_address: null }, null],
    [
      'a sign-in',
      {
        identifier: 'Ada@Example.com',
        supported_first_factors: ['password', 'email_code'].map(factor),
      },
      'ada@example.com',
    ],
    [
      'a sign-in by a user name',
      { identifier: 'ada', supported_first_factors: [factor('email_code')] },
      null,
    ],
    [
      'a sign-in of a user of two addresses',
      {
        identifier: 'ada@example.com',
        supported_first_factors: ['email_code', 'email_code'].map(factor),
      },
      null,
    ],
    [
      'a sign-in without codes',
      { identifier: 'ada@example.com', supported_first_factors: [] },
      null,
    ],
    ['nothing', undefined, null],
  ])('of %s', (_, response, expected) => {
    expect(codeAddress({ response })).toBe(expected);
  });
});
