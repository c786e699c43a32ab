import { randomBytes } from 'node:crypto';

/**
 * An error as Clerk answers it. Status, code and texts follow the published lists "Frontend API
 * errors" and "Backend API errors" of Clerk's documentation.
 */
export class ClerkFault extends Error {
  readonly status: number;
  readonly code: string;
  readonly longMessage: string;
  readonly meta: Record<string, unknown>;
  readonly retryAfterSeconds: number | null;

  constructor(
    status: number,
    code: string,
    message: string,
    longMessage = message,
    meta: Record<string, unknown> = {},
    retryAfterSeconds: number | null = null,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.longMessage = longMessage;
    this.meta = meta;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const named = (param: string) => ({ param_name: param });

/** Every error the stand-in can answer; one function each, in Clerk's words. */
export const faults = {
  accountTransferInvalid: () =>
    new ClerkFault(
      400,
      'account_transfer_invalid',
      'Invalid account transfer',
      'There is no account to transfer',
    ),
  alreadyVerified: () =>
    new ClerkFault(
      400,
      'verification_already_verified',
      'already verified',
      'This verification has already been verified.',
    ),
  badBody: () =>
    new ClerkFault(
      400,
      'request_body_invalid',
      'Request body invalid',
      'The request body is invalid. Please consult the API documentation for more information.',
    ),
  banned: () =>
    new ClerkFault(
      403,
      'user_banned',
      'User banned',
      'You have been banned. If you think this was by mistake, please contact support.',
    ),
  captchaClientError: () =>
    new ClerkFault(
      400,
      'captcha_invalid',
      'Error loading CAPTCHA',
      'The CAPTCHA failed to load. This may be due to an unsupported browser or a browser extension. Please try a different browser or disabling extensions. If this issue persists, please contact support.',
    ),
  captchaInvalid: () =>
    new ClerkFault(
      400,
      'captcha_invalid',
      'Sign up unsuccessful due to failed security validations.',
      'Sign up unsuccessful due to failed security validations. Please try using a different browser or disabling browser extensions. If issues persist, contact support for assistance.',
    ),
  captchaMissing: () =>
    new ClerkFault(
      400,
      'captcha_missing_token',
      'Sign up unsuccessful due to failed security validations.',
      'Sign up unsuccessful due to failed security validations. Please refresh the page to try again or reach out to support for more assistance.',
    ),
  captchaNotEnabled: () =>
    new ClerkFault(
      400,
      'captcha_not_enabled',
      'CAPTCHA not enabled',
      'You attempted to complete a CAPTCHA, but they are not enabled. If this issue persists, please contact support.',
    ),
  codeIncorrect: () =>
    new ClerkFault(422, 'form_code_incorrect', 'is incorrect', 'Incorrect code', named('code')),
  contentType: (actual: string, expected: string) =>
    new ClerkFault(
      415,
      'unsupported_content_type',
      'Content-Type is unsupported',
      `Content-Type ${actual} is unsupported. You should use ${expected} instead.`,
    ),
  cookieBrowser: () =>
    new ClerkFault(
      400,
      'sandbox_native_only',
      'Only native mode is served here',
      'This stand-in serves native clients only: send _is_native=1 and the Authorization header.',
    ),
  deleteSelfDisabled: () =>
    new ClerkFault(
      403,
      'user_delete_self_not_enabled',
      'delete self not enabled',
      'Self deletion is not enabled for this user',
    ),
  emailInvalid: (param: string) =>
    new ClerkFault(
      422,
      'form_param_format_invalid',
      'is invalid',
      `${param} must be a valid email address.`,
      named(param),
    ),
  externalAccountExists: () =>
    new ClerkFault(
      400,
      'external_account_exists',
      'External account exists',
      'The External Account already exists. Sign in instead.',
    ),
  externalAccountNotFound: () =>
    new ClerkFault(
      404,
      'external_account_not_found',
      'Invalid external account',
      'The External Account was not found.',
    ),
  hostInvalid: () =>
    new ClerkFault(
      400,
      'host_invalid',
      'Invalid host',
      'We were unable to attribute this request to an instance running on Clerk. Make sure that your Clerk Publishable Key is correct.',
    ),
  identificationClaimed: () =>
    new ClerkFault(
      400,
      'identification_claimed',
      'Identification claimed by another user',
      'One or more identifiers on this sign up have since been connected to a different User. Please sign up again.',
    ),
  identifierExists: (param: string) => {
    const text = `That ${param.replaceAll('_', ' ')} is taken. Please try another.`;
    return new ClerkFault(422, 'form_identifier_exists', text, text, named(param));
  },
  identifierNotFound: () =>
    new ClerkFault(
      422,
      'form_identifier_not_found',
      "Couldn't find your account.",
      "Couldn't find your account.",
      named('identifier'),
    ),
  incorrectPassword: () =>
    new ClerkFault(
      422,
      'incorrect_password',
      'incorrect password',
      'The provided password is not the one the user has set',
    ),
  instanceType: (types: string) =>
    new ClerkFault(
      400,
      'request_invalid_for_environment',
      'Invalid request for environment',
      `Request only valid for ${types} instances.`,
    ),
  internal: () =>
    new ClerkFault(
      500,
      'internal_clerk_error',
      'Oops, an unexpected error occurred',
      "There was an internal error on our servers. We've been notified and are working on fixing it.",
    ),
  locked: (secondsLeft: number | null) =>
    new ClerkFault(
      403,
      'user_locked',
      'Account locked',
      secondsLeft === null
        ? 'Your account is locked. For more information, please contact support.'
        : `Your account is locked. You will be able to try again in ${Math.ceil(secondsLeft / 60)} minutes. For more information, please contact support.`,
      secondsLeft === null ? {} : { lockout_expires_in_seconds: secondsLeft },
    ),
  missing: (param: string) =>
    new ClerkFault(
      422,
      'form_param_missing',
      'is missing',
      `${param} must be included.`,
      named(param),
    ),
  missingData: (params: string[]) =>
    new ClerkFault(
      422,
      'form_data_missing',
      'missing data',
      `${JSON.stringify(params)} data doesn't match user requirements set for this instance`,
      { param_names: params },
    ),
  nil: (param: string) =>
    new ClerkFault(
      422,
      'form_param_nil',
      `Enter ${param.replaceAll('_', ' ')}.`,
      `${param} cannot be empty.`,
      named(param),
    ),
  noPassword: () =>
    new ClerkFault(
      400,
      'no_password_set',
      'no password set',
      'This user does not have a password set for their account',
    ),
  notAllowedHere: (param: string) =>
    new ClerkFault(
      422,
      'form_param_unknown',
      'is unknown',
      `${param} is not a valid parameter for this request.`,
      named(param),
    ),
  notFound: (what: string, id: string) =>
    new ClerkFault(
      404,
      'resource_not_found',
      `${what} not found`,
      `No ${what.toLowerCase()} was found with id ${id}`,
    ),
  oauthAccessDenied: (provider: string) => {
    const text = `You did not grant access to your ${provider} account`;
    return new ClerkFault(403, 'oauth_access_denied', text);
  },
  oauthCallbackInvalid: () =>
    new ClerkFault(
      400,
      'oauth_callback_invalid',
      'Invalid OAuth callback',
      'invalid form for oauth_callback',
    ),
  oauthIdentificationClaimed: () =>
    new ClerkFault(
      400,
      'oauth_identification_claimed',
      'Identification claimed by another user',
      'The email address associated with this OAuth account is already claimed by another user.',
    ),
  oauthNotEnabled: (provider: string) => {
    const text = `Single-sign on with ${provider} OAuth provider is not enabled in the instance settings.`;
    return new ClerkFault(400, 'oauth_provider_not_enabled', text);
  },
  originConflict: () =>
    new ClerkFault(
      400,
      'origin_authorization_headers_conflict',
      "Setting both the 'Origin' and 'Authorization' headers is forbidden",
      "For security purposes, only one of the 'Origin' and 'Authorization' headers should be provided, but not both. In browser contexts, the 'Origin' header is set automatically by the browser. In native application contexts (e.g. mobile apps), set the 'Authorization' header.",
    ),
  passwordIncorrect: () => {
    const text = 'Password is incorrect. Try again, or use another method.';
    return new ClerkFault(422, 'form_password_incorrect', text, text, named('password'));
  },
  passwordPwned: (param: string) => {
    const text =
      'Password has been found in an online data breach. For account safety, please use a different password.';
    return new ClerkFault(422, 'form_password_pwned', text, text, named(param));
  },
  passwordTooLong: (param: string) => {
    const text = 'Passwords must be less than 72 characters.';
    return new ClerkFault(422, 'form_password_length_too_long', text, text, named(param));
  },
  passwordTooShort: (param: string) => {
    const text = 'Passwords must be 8 characters or more.';
    return new ClerkFault(422, 'form_password_length_too_short', text, text, named(param));
  },
  proxyKeyInvalid: () =>
    new ClerkFault(
      401,
      'proxy_request_invalid_secret_key',
      'invalid secret key',
      'The secret key given with this proxy request is invalid.',
    ),
  proxyKeyMissing: () =>
    new ClerkFault(
      400,
      'proxy_request_missing_secret_key',
      'missing secret key',
      "When using a proxy, it's required to also pass the instance secret key in the Clerk-Secret-Key header.",
    ),
  redirectUrlInvalid: () =>
    new ClerkFault(
      422,
      'invalid_redirect_url',
      'Redirect url invalid',
      'The provided redirect url is not in a valid format',
    ),
  redirectUrlMismatch: (url: string) =>
    new ClerkFault(
      400,
      'resource_missmatch',
      'Redirect url mismatch',
      `The current redirect url passed in the sign in or sign up request does not match an authorized redirect URI for this instance. Review authorized redirect urls for your instance. ${url}`,
    ),
  secretKeyInvalid: () =>
    new ClerkFault(
      401,
      'clerk_key_invalid',
      'The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.',
    ),
  secretKeyMissing: () =>
    new ClerkFault(
      401,
      'authorization_header_format_invalid',
      'Invalid Authorization header format',
      "Invalid Authorization header format. Must be 'Bearer <YOUR_API_KEY>'",
    ),
  sessionExists: () =>
    new ClerkFault(400, 'session_exists', 'Session already exists', "You're already signed in."),
  signedOut: () => new ClerkFault(401, 'signed_out', 'Signed out', 'You are signed out'),
  signUpRestricted: () =>
    new ClerkFault(
      403,
      'sign_up_mode_restricted',
      'Sign-ups restricted',
      'New sign-ups are currently restricted.',
    ),
  signUpWaitlist: () =>
    new ClerkFault(
      403,
      'sign_up_restricted_waitlist',
      'Sign-ups restricted with waitlist',
      'Sign-ups are currently unavailable. Join the waitlist, and you will be notified when access becomes available.',
    ),
  signUpTerminal: () =>
    new ClerkFault(
      403,
      'sign_up_cannot_be_updated',
      'Sign up cannot be updated',
      'This sign up has reached a terminal state and cannot be updated',
    ),
  stateInvalid: (action: string, resolution: string) =>
    new ClerkFault(
      400,
      'client_state_invalid',
      'Invalid action',
      `We were unable to complete ${action} for this Client. ${resolution}`,
    ),
  strategyForUser: () =>
    new ClerkFault(
      400,
      'strategy_for_user_invalid',
      'Invalid verification strategy',
      'The verification strategy is not valid for this account',
    ),
  ticket: (code: string, message: string, longMessage: string) =>
    new ClerkFault(400, code, message, longMessage),
  tooManyRequests: (retryAfterSeconds: number) =>
    new ClerkFault(
      429,
      'too_many_requests',
      'Too many requests',
      'Too many requests, retry later',
      {},
      retryAfterSeconds,
    ),
  unknownRoute: () =>
    new ClerkFault(404, 'resource_not_found', 'URL not found', 'The URL was not found'),
  usernameCharacters: () => {
    const text = "Username can only contain latin letters, numbers, and '_' or '-'.";
    return new ClerkFault(422, 'form_username_invalid_character', text, text, named('username'));
  },
  usernameLength: () => {
    const text = 'Username must be between 4 and 64 characters long.';
    return new ClerkFault(422, 'form_username_invalid_length', text, text, named('username'));
  },
  value: (param: string, value: unknown) =>
    new ClerkFault(
      422,
      'form_param_value_invalid',
      'is invalid',
      `${typeof value === 'string' ? value : JSON.stringify(value)} does not match one of the allowed values for parameter ${param}`,
      named(param),
    ),
  verificationExpired: () =>
    new ClerkFault(
      400,
      'verification_expired',
      'expired',
      'This verification has expired. You must create a new one.',
    ),
  verificationFailed: () =>
    new ClerkFault(
      400,
      'verification_failed',
      'failed',
      'Too many failed attempts. You have to try again with the same or another method.',
    ),
  verificationMissing: () =>
    new ClerkFault(
      400,
      'verification_missing',
      'is missing',
      'This strategy requires verification preparation before attempting to validate it.',
    ),
};

/** The body of an error answer; `client` rides along in `meta`, as the Frontend API does it. */
export function faultBody(fault: ClerkFault, client?: unknown): object {
  return {
    errors: [
      {
        message: fault.message,
        long_message: fault.longMessage,
        code: fault.code,
        meta: fault.meta,
      },
    ],
    ...(client ? { meta: { client } } : {}),
    clerk_trace_id: randomBytes(16).toString('hex'),
  };
}
