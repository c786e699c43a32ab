import { describe, expect, it } from 'vitest';
import { provedBy } from './proof.ts';

const SIGN_UP = '/v1/client/sign_ups/sua_1/attempt_verification';
const SIGN_IN = '/v1/client/sign_ins/sia_1/attempt_first_factor';

const byCode = { status: 'verified', strategy: 'email_code' };
const address = (email_address: string, verification: unknown = byCode) => ({
  email_address,
  verification,
});

const signUp = (response: object = {}) => ({
  response: {
    status: 'complete',
    created_session_id: 'sess_1',
    email_address: 'Ada@Example.com',
    verifications: { email_address: byCode },
    ...response,
  },
  client: {},
});

const signIn = (addresses: unknown, response: object = {}, sessionId = 'sess_1') => ({
  response: {
    status: 'complete',
    created_session_id: 'sess_1',
    identifier: 'victim@example.com',
    first_factor_verification: byCode,
    ...response,
  },
  client: {
    sessions: [
      { id: 'sess_0', user: { email_addresses: [address('other@example.com')] } },
      { id: sessionId, user: { email_addresses: addresses } },
    ],
  },
});

const ada = [address('Ada@Example.com')];
const proved = { clerkSessionId: 'sess_1', email: 'ada@example.com' };

describe('an attempt', () => {
  it('that finished a sign-up by code proves its address', () => {
    expect(provedBy(SIGN_UP, signUp())).toEqual(proved);
  });

  it('that finished a sign-in by code proves the one address of its user, whatever was typed', () => {
    expect(provedBy(SIGN_IN, signIn(ada))).toEqual(proved);
  });

  const byOther = { status: 'verified', strategy: 'ticket' };
  it.each([
    ['a sign-up that is not complete', SIGN_UP, signUp({ status: 'missing_requirements' })],
    ['a sign-up without a session', SIGN_UP, signUp({ created_session_id: null })],
    ['a sign-up without an address', SIGN_UP, signUp({ email_address: null })],
    [
      'a sign-up whose address is not verified',
      SIGN_UP,
      signUp({ verifications: { email_address: { ...byCode, status: 'unverified' } } }),
    ],
    ['a sign-up by a ticket', SIGN_UP, signUp({ verifications: { email_address: byOther } })],
    ['a sign-up that says nothing of it', SIGN_UP, signUp({ verifications: null })],
    ['a sign-in that needs more', SIGN_IN, signIn(ada, { status: 'needs_second_factor' })],
    ['a sign-in by a password', SIGN_IN, signIn(ada, { first_factor_verification: byOther })],
    [
      'a sign-in whose code is still open',
      SIGN_IN,
      signIn(ada, { first_factor_verification: null }),
    ],
    ['a user of two addresses', SIGN_IN, signIn([...ada, address('victim@example.com')])],
    ['a user without an address', SIGN_IN, signIn([])],
    ['a user of unknown addresses', SIGN_IN, signIn(null)],
    [
      'a user whose one address was added since and never verified',
      SIGN_IN,
      signIn([address('victim@example.com', { ...byCode, status: 'unverified' })]),
    ],
    ['a user whose address says nothing', SIGN_IN, signIn([address('a@example.com', null)])],
    ['a session that is not the client’s', SIGN_IN, signIn(ada, {}, 'sess_2')],
    ['a sign-up read again', '/v1/client/sign_ups/sua_1', signUp()],
    ['a sign-in read again', '/v1/client/sign_ins/sia_1', signIn(ada)],
    ['a code that was only sent', SIGN_UP.replace('attempt', 'prepare'), signUp()],
    ['a path with more in front', `/x${SIGN_UP}`, signUp()],
    ['a path with more behind', `${SIGN_UP}/x`, signUp()],
    ['an answer that is null', SIGN_UP, null],
    ['an answer that is a list', SIGN_IN, []],
    ['an answer without a response', SIGN_UP, { client: {} }],
  ])('proves nothing by %s', (_, path, answer) => {
    expect(provedBy(path, answer)).toBeNull();
  });
});
