/** What sign-in and account both say. `{email}` and `{seconds}` are filled in. */
export const codeTexts = {
  email: 'E-mail',
  codeLead: 'We sent a 6-digit code to {email}.',
  code: 'Code',
  verify: 'Verify',
  resend: 'Send a new code',
  resendIn: 'Send a new code in {seconds} s',
  resent: 'A new code is on its way.',
  cancel: 'Cancel',
  errorRequired: 'Fill this in.',
  errorShort: 'This is too short.',
  errorEmail: 'Enter an e-mail address, like ada@example.com.',
  errorCode: 'This code is not right. Check it, or send a new one.',
  errorCodeExpired: 'This code is too old. Send a new one.',
  errorCredentials: 'E-mail or password is not right.',
  errorPassword: 'This password is not taken. Choose a longer, less common one.',
  errorProof: 'This sign-in took too long. Start again.',
  errorBot: 'We could not see that you are a person. Try again.',
} as const;

/** Which text tells of an error, by its code: ours and Clerk's. */
export const codeErrors: Readonly<Record<string, keyof typeof codeTexts | 'errorTooMany'>> = {
  form_param_format_invalid: 'errorEmail',
  form_code_incorrect: 'errorCode',
  verification_failed: 'errorCodeExpired',
  verification_expired: 'errorCodeExpired',
  credentials_wrong: 'errorCredentials',
  password_rejected: 'errorPassword',
  identity_not_proved: 'errorProof',
  bot_check_failed: 'errorBot',
  too_many_requests: 'errorTooMany',
};
