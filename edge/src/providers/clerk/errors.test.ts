import { describe, expect, it } from 'vitest';
import { isGone, translated } from './errors.ts';

describe('an error of Clerk', () => {
  it.each([
    ['a lost connection', {}, 'provider_unavailable'],
    ['an error on its side', { status: 500 }, 'provider_unavailable'],
    ['a gateway that waited in vain', { status: 504 }, 'provider_unavailable'],
    ['a rate limit', { status: 429, errors: [{ code: 'too_many' }] }, 'provider_unavailable'],
    [
      'a leaked password',
      { status: 422, errors: [{ code: 'form_password_pwned' }] },
      'password_rejected',
    ],
    [
      'a wrong request',
      { status: 422, errors: [{ code: 'form_param_unknown' }] },
      'provider_refused',
    ],
    ['a wrong key of ours', { status: 401 }, 'provider_refused'],
  ])('%s, %j, is %s to the caller', (_, error, code) => {
    expect(translated(error)).toMatchObject({ name: 'Fail', code });
  });

  it('says that something is gone only by a 404', () => {
    expect([404, 401, 500].map((status) => isGone({ status }))).toEqual([true, false, false]);
  });
});
