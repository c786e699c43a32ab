import { codeErrors, codeTexts } from '../internal/code.strings.ts';
import { commonTexts } from '../internal/notice.ts';

/** English. `{plan}`, `{email}`, `{date}`, `{device}` and `{seconds}` are filled in. */
export const english = {
  ...commonTexts,
  ...codeTexts,
  account: 'Account',
  plan: '{plan} plan',
  name: 'Name',
  firstName: 'First name',
  lastName: 'Last name',
  password: 'Password',
  devices: 'Devices',
  providers: 'Linked accounts',
  none: 'Not set',
  change: 'Change',
  set: 'Set',
  show: 'Show',
  changeName: 'Change name',
  changeEmail: 'Change e-mail',
  setPassword: 'Set a password',
  changePassword: 'Change password',
  showDevices: 'Show devices',
  showProviders: 'Show linked accounts',
  noProviders: 'None is linked.',
  unlink: 'Unlink',
  unlinkProvider: 'Unlink {provider}',
  save: 'Save',
  saved: 'Saved.',
  back: 'Back',
  newEmail: 'New e-mail',
  newEmailLead: 'We send a code to the new address. Until it is entered, nothing changes.',
  sendCode: 'Send code',
  newPassword: 'New password',
  passwordRule: 'At least 8 characters. Other devices are signed out.',
  currentPassword: 'Current password',
  confirm: 'Confirm',
  confirmLead: 'To be sure it is you, enter your password.',
  confirmCodeLead: 'To be sure it is you, we send a code to {email}.',
  useCode: 'E-mail me a code instead',
  thisDevice: 'This device',
  someDevice: 'Unknown device',
  lastUsed: 'Last used {date}',
  end: 'Sign out',
  endDevice: 'Sign out {device}',
  endAll: 'Sign out everywhere',
  billing: 'Manage billing',
  signOut: 'Sign out',
  signedOut: 'Signed out.',
  delete: 'Delete account',
  deleteLead:
    'This erases your account here: your data, your usage and your devices. A plan that is paid ends at once. It cannot be undone.',
  deleteNow: 'Delete my account',
  deleted: 'Your account is deleted.',
  notSignedIn: 'Sign in to see your account.',
  errorLastWay: 'This is your only way in. Set a password first.',
  errorTaken: 'Another account here has this address.',
  errorWrongPassword: 'This password is not right.',
} as const;

/** Which text tells of an error, by its code. */
export const errorTexts: Readonly<Record<string, keyof typeof english>> = {
  ...codeErrors,
  email_taken: 'errorTaken',
  last_way_in: 'errorLastWay',
  confirmation_required: 'errorWrongPassword',
};

/** Which field an error is about. */
export const errorFields: Readonly<Record<string, string>> = {
  form_param_format_invalid: 'email',
  email_taken: 'email',
  form_code_incorrect: 'code',
  verification_failed: 'code',
  verification_expired: 'code',
  password_rejected: 'password',
  confirmation_required: 'currentPassword',
};
