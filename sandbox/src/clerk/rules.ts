import { faults } from './errors.ts';

const EMAIL = /^[^\s@"(),:;<>[\]\\]+@[^\s@.]+(\.[^\s@.]+)+$/;

/** Passwords that every breach list holds; the real Clerk asks Have I Been Pwned. */
const BREACHED = new Set([
  '12345678',
  '123456789',
  '1234567890',
  '11111111',
  'password',
  'password1',
  'password123',
  'passw0rd',
  'qwerty123',
  'qwertyuiop',
  'iloveyou',
  'letmein1',
  'sunshine',
  'trustno1',
]);

/** The canonical form of an e-mail address; throws Clerk's error when it is none. */
export function emailOf(value: string, param = 'email_address'): string {
  const address = value.trim().toLowerCase();
  if (address === '') throw faults.nil(param);
  if (address.length > 254 || !EMAIL.test(address)) throw faults.emailInvalid(param);
  return address;
}

/** The canonical form of a username; throws Clerk's error when it is none. */
export function usernameOf(value: string): string {
  const username = value.trim().toLowerCase();
  if (username === '') throw faults.nil('username');
  if (username.length < 4 || username.length > 64) throw faults.usernameLength();
  if (!/^[a-z0-9_-]+$/.test(username)) throw faults.usernameCharacters();
  return username;
}

/** Checks a new password by Clerk's default policy; throws Clerk's error when it falls short. */
export function checkPassword(password: string, param = 'password'): void {
  if (password === '') throw faults.nil(param);
  if (password.length < 8) throw faults.passwordTooShort(param);
  if (Buffer.byteLength(password) > 72) throw faults.passwordTooLong(param);
  if (BREACHED.has(password.toLowerCase())) throw faults.passwordPwned(param);
}
