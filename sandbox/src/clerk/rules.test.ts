import { describe, expect, test } from 'vitest';
import { ClerkFault } from './errors.ts';
import { checkPassword, emailOf, usernameOf } from './rules.ts';

function codeOf(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return error instanceof ClerkFault ? error.code : 'not a Clerk error';
  }
}

describe('rules of identifiers and passwords', () => {
  test('an e-mail address is kept trimmed and in lower case', () => {
    expect(emailOf(' Jane+clerk_test@Example.COM ')).toBe('jane+clerk_test@example.com');
  });

  test.each([
    ['', 'form_param_nil'],
    ['jane', 'form_param_format_invalid'],
    ['jane@example', 'form_param_format_invalid'],
    ['jane doe@example.com', 'form_param_format_invalid'],
    ['a@b@example.com', 'form_param_format_invalid'],
    [`${'x'.repeat(250)}@example.com`, 'form_param_format_invalid'],
  ])('refuses %j as an e-mail address with %s', (value, code) => {
    expect(codeOf(() => emailOf(value))).toBe(code);
  });

  test.each([
    ['abc', 'form_username_invalid_length'],
    ['x'.repeat(65), 'form_username_invalid_length'],
    ['jane doe', 'form_username_invalid_character'],
    ['cust_0abcDEF9', null],
  ])('judges the username %j with %s', (value, code) => {
    expect(codeOf(() => usernameOf(value))).toBe(code);
  });

  test.each([
    ['', 'form_param_nil'],
    ['short12', 'form_password_length_too_short'],
    ['x'.repeat(73), 'form_password_length_too_long'],
    ['é'.repeat(37), 'form_password_length_too_long'],
    ['password123', 'form_password_pwned'],
    ['correct horse battery', null],
  ])('judges the password %j with %s', (value, code) => {
    expect(codeOf(() => checkPassword(value))).toBe(code);
  });
});
