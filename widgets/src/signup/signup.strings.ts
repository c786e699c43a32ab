import { codeErrors, codeTexts } from '../internal/code.strings.ts';
import { commonTexts } from '../internal/notice.ts';

/** English. `{name}`, `{email}`, `{provider}` and `{seconds}` are filled in. */
export const english = {
  ...commonTexts,
  ...codeTexts,
  signIn: 'Sign in',
  title: 'Sign in to {name}',
  titlePlain: 'Sign in',
  lead: 'New here? The same step makes your account.',
  continueWith: 'Continue with {provider}',
  or: 'or',
  waiting: 'Go on in the window of {provider}. If it is gone, cancel and try again.',
  continue: 'Continue',
  codeTitle: 'Check your e-mail',
  otherEmail: 'Use another address',
  password: 'Password',
  usePassword: 'Use a password',
  useCode: 'E-mail me a code instead',
  passwordHint: 'No password yet, or forgot it? Get a code instead, then set one.',
  account: 'Account',
  signedIn: 'Signed in as {email}.',
  signedOut: 'Signed out.',
  close: 'Close',
  errorPopup: 'The browser blocked the window of {provider}. Allow windows for this site.',
  errorOauthClosed: 'The window was closed before you signed in.',
  errorOauth: 'Signing in with {provider} did not work. Try again, or use your e-mail.',
  errorBanned: 'This account is closed.',
  errorCapped: 'No more accounts can be made here today.',
} as const;

/** Which text tells of an error, by its code. */
export const errorTexts: Readonly<Record<string, keyof typeof english>> = {
  ...codeErrors,
  popup_blocked: 'errorPopup',
  oauth_closed: 'errorOauthClosed',
  oauth_denied: 'errorOauthClosed',
  oauth_failed: 'errorOauth',
  oauth_incomplete: 'errorOauth',
  oauth_expired: 'errorProof',
  oauth_not_enabled: 'errorOauth',
  oauth_request_used: 'errorOauth',
  customer_banned: 'errorBanned',
  sign_ups_capped: 'errorCapped',
};

/** Which field an error is about. */
export const errorFields: Readonly<Record<string, string>> = {
  form_param_format_invalid: 'email',
  form_code_incorrect: 'code',
  verification_failed: 'code',
  verification_expired: 'code',
  credentials_wrong: 'password',
};
