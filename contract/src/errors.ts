/** One row of the catalogue. Status, title and advice of a code stand here and nowhere else. */
export interface ErrorRow {
  status: number;
  /** Short title, the `error` of the answer. */
  title: string;
  /** What to do, the `message` of the answer. */
  message: string;
  /** Whether the same call may succeed later without being changed. */
  retry: boolean;
}

const row = (status: number, title: string, message: string, retry = false): ErrorRow => ({
  status,
  title,
  message,
  retry,
});

/** Every error the API can answer. `npm run gen` makes a page of docs/errors from each row. */
export const ERRORS = {
  // The request itself
  invalid_request: row(
    400,
    'Invalid request',
    'Correct the fields listed in "issues" and send it again.',
  ),
  invalid_json: row(400, 'Invalid JSON', 'Send a JSON object as the body, or no body at all.'),
  unsupported_media_type: row(
    415,
    'Unsupported content type',
    'Send the body as application/json.',
  ),
  body_too_large: row(413, 'Body too large', 'Send a smaller body; the limit is in "maxBytes".'),
  route_not_found: row(404, 'No such route', 'Check the path against the API reference.'),
  method_not_allowed: row(405, 'Method not allowed', 'Use one of the methods in the Allow header.'),
  idempotency_key_invalid: row(
    400,
    'Invalid idempotency key',
    'Send 1 to 200 printable ASCII characters as Idempotency-Key.',
  ),
  idempotency_conflict: row(
    409,
    'Idempotency key reused',
    'This key was used with another request. Use a new key for a new operation.',
  ),
  idempotency_in_flight: row(
    409,
    'Still working on it',
    'The first call with this key is still running. Try again in a moment.',
    true,
  ),
  already_done: row(
    409,
    'Already done',
    'This call was answered before and its answer held a secret, so it is not shown again. See "id".',
  ),

  // Keys and modes
  key_required: row(
    401,
    'Key required',
    'Send a key as "Authorization: Bearer sk_…", or a publishable key as "?pk=pk_…".',
  ),
  key_invalid: row(
    401,
    'Invalid key',
    'Check that the key was copied whole, and that it belongs to this project.',
  ),
  key_revoked: row(
    401,
    'Key revoked',
    'Use a current key of the project; make one if there is none.',
  ),
  secret_key_required: row(
    403,
    'Secret key required',
    'Call this from your server with a secret key (sk_…).',
  ),
  mode_mismatch: row(
    400,
    'Mode mismatch',
    'X-Env must agree with the mode of the key. Leave it out, or use the key of that mode.',
  ),
  test_mode_only: row(
    400,
    'Only in test mode',
    'Use a test key: in live mode time passes by itself, and every call counts for somebody.',
  ),
  test_clock_missing: row(
    409,
    'No test clock',
    'Make another customer with "testClock": true, and move that one.',
  ),
  nothing_ahead: row(
    409,
    'Nothing to move to',
    'The customer has no such moment ahead. See "to", and GET /api/customers/:id for what there is.',
  ),
  developer_required: row(
    401,
    'Developer sign-in required',
    'Sign in to the dashboard and send that access token as "Authorization: Bearer …".',
  ),
  operator_required: row(
    403,
    'Operator required',
    'Only operators of this deployment may do this. If "fields" are named, leave them out.',
  ),
  origin_not_allowed: row(
    403,
    'Origin not allowed',
    'Add this origin to the allowed origins of the project; "fix" is the call that does it.',
  ),

  // Projects
  project_not_found: row(
    404,
    'Project not found',
    'Check the project id, or create the project first.',
  ),
  promotion_changed: row(
    409,
    'Something changed meanwhile',
    'Read the difference between test and live again, and promote what it says now.',
  ),
  project_deleted: row(410, 'Project deleted', 'This project was deleted. Create a new one.'),
  project_suspended: row(
    403,
    'Service paused',
    'This service is paused for the moment. Whoever runs it finds out more in its dashboard.',
  ),
  project_exists: row(
    409,
    'Project exists',
    'A project with this id exists already; use it, or leave the id out.',
  ),
  secret_key_not_found: row(
    404,
    'Key not found',
    'List the keys of this environment and use an id from there.',
  ),
  origin_invalid: row(
    400,
    'Invalid origin',
    'Give an origin like https://example.com or https://*.example.com; "reason" says what is wrong.',
  ),
  clerk_app_invalid: row(
    400,
    'Clerk application not usable',
    'Send the secret key of your own Clerk application, of the mode of this environment; "reason" says what is wrong.',
  ),
  request_not_found: row(
    404,
    'Request not found',
    'No refused call of the last 7 days has this id. Calls that went well are not kept.',
  ),
  subscription_required: row(
    402,
    'Plan required',
    "Live mode needs one of the platform's plans. Choose one in the dashboard; test mode works without.",
  ),
  subscription_expired: row(
    402,
    'Plan ended',
    "The plan of this project's developer ended. Choose one in the dashboard before its data is erased.",
  ),
  test_customers_reached: row(
    403,
    'No more test customers',
    'Without a plan test mode holds "max" customers. Delete some, or choose a plan in the dashboard.',
  ),
  platform_protected: row(
    403,
    'Not possible for the platform',
    'The platform project cannot be deleted, suspended, connected or given sessions by key, and nothing may lock its operators out.',
  ),

  // Customers and users
  customer_not_found: row(
    404,
    'Customer not found',
    'Check the customer id, or create the customer first.',
  ),
  customer_exists: row(
    409,
    'Customer exists',
    'A customer with this e-mail or own id exists in this environment; its id is in "customerId".',
  ),
  external_id_set: row(
    409,
    'Own id set already',
    'This customer has another own id, the "externalId" of this answer. It stays.',
  ),
  user_id_required: row(
    400,
    'User required',
    'Say which customer this is for: X-User-Id or X-User-Token.',
  ),
  user_id_invalid: row(
    400,
    'Invalid user id',
    'X-User-Id takes a cust_… id or your own id: 1 to 128 printable characters, not "." or "..".',
  ),
  user_mismatch: row(
    400,
    'Users disagree',
    'X-User-Id and X-User-Token name different customers. Send one of them.',
  ),

  // Tiers and limits
  tier_not_found: row(
    400,
    'Unknown tier',
    'Use the name of a tier of this environment; they are in "tiers".',
  ),
  tier_not_for_sale: row(400, 'Tier not for sale', 'Choose a listed tier that has a price.'),
  tier_in_use: row(
    409,
    'Tier in use',
    'This is the default tier. Make another one the default first.',
  ),
  price_not_found: row(
    400,
    'Unknown price',
    'Use a priceId that is sold in this environment now: of that tier, or of a product.',
  ),
  product_not_found: row(404, 'Unknown product', 'Use the id of a product of this environment.'),
  variant_not_found: row(
    404,
    'Unknown variant',
    'Use the id of a variant of this product, or leave it out to make a new one.',
  ),
  stock_refused: row(
    409,
    'Stock not changed',
    'Add pieces only to a counted stock, and take away no more than there are; see "stockUnits".',
  ),
  catalog_full: row(
    409,
    'Catalogue full',
    'Archive products that are no longer sold; how many there may be is in "max".',
  ),
  too_many_tiers: row(
    409,
    'Too many tiers',
    'Write a tier there is, or one that was archived, anew; the most an environment can have is in "atMost".',
  ),
  feature_not_found: row(
    400,
    'Unknown feature',
    "Use the name of a feature of the customer's tier.",
  ),
  feature_not_included: row(
    403,
    'Not in this plan',
    'Please upgrade to a plan that includes this feature.',
  ),
  feature_not_metered: row(
    400,
    'Not counted',
    'This feature is on or off: it has no units. Ask with POST /api/usage whether the plan has it.',
  ),
  feature_draws_on_credits: row(
    409,
    'Draws on credits',
    'Grant the customer credits instead, with POST /api/credits/grants.',
  ),
  hold_not_found: row(
    404,
    'Hold not found',
    'Use the id of a hold of this environment; holds are known for 24 h, and a renewed one has a new id.',
  ),
  hold_settled: row(
    409,
    'Hold settled',
    'This hold was settled or renewed before, and not with this. What was counted stays counted.',
  ),
  hold_expired: row(
    410,
    'Hold expired',
    'All its units count as used now. Settle or renew before "expiresAtMs", or hold fewer at a time.',
  ),
  limit_reached: row(403, 'Tier limit reached', 'Please upgrade to unlock more requests'),
  rate_limited: row(
    429,
    'Too many requests',
    'Wait for the seconds in Retry-After and send it again.',
    true,
  ),
  too_many_attempts: row(
    429,
    'Too many attempts',
    'Wait for the seconds in Retry-After and try again.',
    true,
  ),

  // Sessions and identity
  session_required: row(401, 'Sign-in required', 'Sign the customer in and send the access token.'),
  session_expired: row(401, 'Session expired', 'Refresh the session, or sign in again.'),
  session_ended: row(401, 'Session ended', 'Sign in again.'),
  token_invalid: row(401, 'Invalid token', 'Send an access token issued for this publishable key.'),
  identity_not_proved: row(
    401,
    'Not signed in yet',
    'Finish the e-mail code step on this page, then try again.',
    true,
  ),
  credentials_wrong: row(
    401,
    'E-mail or password is wrong',
    'Check both, or sign in with an e-mail code.',
  ),
  customer_banned: row(
    403,
    'Customer banned',
    'This customer was banned. Only the developer of the project can lift that.',
  ),
  email_taken: row(
    409,
    'E-mail taken',
    'Another customer of this project signs in with this e-mail. Use another one, or sign in with it.',
  ),
  last_way_in: row(
    409,
    'The only way to sign in',
    'Nothing else is left to sign in with. Prove an e-mail, set a password or link another provider first.',
  ),
  confirmation_required: row(
    403,
    'Confirm that it is you',
    'Sign in again or send the current password.',
  ),
  sign_ups_capped: row(
    429,
    'No more sign-ups today',
    'Existing customers still sign in. Try again tomorrow, or raise "signUpsPerDay" in the settings.',
    true,
  ),
  bot_check_failed: row(
    403,
    'Could not see that you are a person',
    'Solve the check on the page again; each solution is good for one try.',
  ),
  turnstile_key_invalid: row(
    400,
    'Turnstile key not accepted',
    'Copy both keys of the widget from Cloudflare; "reason" says what is wrong with them.',
  ),
  password_rejected: row(
    422,
    'Password not accepted',
    'Choose a longer password that is not on a list of leaked ones.',
  ),
  proxy_path_not_allowed: row(
    404,
    'Not available here',
    'Use the sign-up widget or the API of this project.',
  ),

  oauth_window_required: row(
    403,
    'Sign-in window required',
    'Begin in the window that the sign-up widget opens; no other page may.',
  ),
  oauth_not_enabled: row(
    403,
    'Provider not enabled',
    'Use one of the providers in "enabled", or add this one to the settings and the Clerk application.',
  ),
  oauth_request_used: row(
    409,
    'Sign-in already begun',
    'Begin again with a new random request id.',
  ),
  oauth_denied: row(
    403,
    'Sign-in was cancelled',
    'The visitor did not agree at the provider. Try again, or use another way in.',
  ),
  oauth_incomplete: row(
    409,
    'Sign-in needs more',
    'The provider proved too little to sign in. Use an e-mail code instead.',
  ),
  oauth_failed: row(
    502,
    'Sign-in at the provider failed',
    'Begin again. If it stays so, use another way in.',
  ),
  oauth_expired: row(
    410,
    'Sign-in no longer open',
    'It took too long, was answered already, or was begun by another page. Begin again.',
  ),

  // Billing
  stripe_not_connected: row(
    409,
    'Stripe is not connected',
    'Connect a Stripe account to this environment first.',
  ),
  stripe_event_not_found: row(
    404,
    'Event not found',
    "List the environment's Stripe events and use an id from there; they are kept for 7 days.",
  ),
  stripe_account_incomplete: row(
    409,
    'Stripe account not ready',
    'Give Stripe what it still needs for the account; "requirementsDue" of the connection lists it.',
  ),
  stripe_already_connected: row(
    409,
    'Already connected',
    'This environment has a Stripe account. Go on with it, or disconnect it first.',
  ),
  connection_invalid: row(
    400,
    'Connection not completed',
    'Start the Stripe connection again; the code or state is wrong, used, too old or of somebody else.',
  ),
  subscription_active: row(
    409,
    'Subscription active',
    "The customer's plan follows a live subscription. Change it by checkout or in the customer portal.",
  ),
  already_subscribed: row(
    409,
    'Already on this plan',
    'The customer has this plan already. Open the customer portal to manage it.',
  ),
  subscription_missing: row(
    409,
    'No subscription',
    'The customer has no live subscription. Start one with create-checkout.',
  ),
  currency_fixed: row(
    409,
    'Currency is fixed',
    'A subscription stays in its currency, see "currency". Choose a price in it, or cancel and buy anew.',
  ),
  payment_past_due: row(
    409,
    'Payment past due',
    'Settle the open invoice in the customer portal first, then change the plan.',
  ),
  payment_failed: row(
    402,
    'Payment failed',
    'The card was declined and nothing was changed. Use another card in the customer portal, then try again.',
  ),
  payment_action_required: row(
    402,
    'Payment action required',
    'The bank wants the payment confirmed. Send the customer to `url`; the plan changes when it is paid there.',
  ),
  preview_expired: row(
    409,
    'Preview expired',
    'The preview is over an hour old, or of another period or subscription. Ask for a new one.',
  ),
  checkout_not_found: row(
    404,
    'Checkout not found',
    'Use the id of a checkout session started for this customer.',
  ),
  billing_account_missing: row(
    404,
    'Nothing to manage yet',
    'The customer has not bought anything. Start a checkout first.',
  ),
  redirect_url_not_allowed: row(
    400,
    'Redirect not allowed',
    'Use an http(s) URL on a listed origin of the project.',
  ),
  redirect_url_required: row(
    400,
    'Redirect URL required',
    "Send the URL to come back to, or set a default one in the project's settings.",
  ),
  provider_refused: row(
    502,
    'The provider refused',
    'The payment or identity provider did not accept the request; "reason" says why.',
  ),
  provider_unavailable: row(
    503,
    'Provider unavailable',
    'A provider did not answer in time. Nothing was changed; try again.',
    true,
  ),
  signature_invalid: row(
    400,
    'Invalid signature',
    'Check the signing secret of this endpoint, and that the body is passed on unchanged.',
  ),

  // Images
  image_invalid: row(
    400,
    'Image not usable',
    'Send the bytes of one whole PNG, JPEG, WebP or AVIF image; "reason" says what is wrong with this file.',
  ),
  image_not_found: row(
    404,
    'Image not found',
    'List the images of this environment and use an id from there, or upload it first.',
  ),
  image_in_use: row(
    409,
    'Image in use',
    'Take it out of the products in "products" first, or archive them.',
  ),
  too_many_images: row(
    409,
    'Too many images',
    'Delete some that no product shows; the most an environment can have is in "atMost".',
  ),

  // The store
  cart_changed: row(
    409,
    'The cart has changed',
    'Show the buyer what is different, see "lines", and order what they then want.',
  ),
  cart_paid: row(
    409,
    'Already paid',
    'This cart was paid for by now, see "orderId". Empty it, and show the order.',
  ),
  currencies_mixed: row(
    400,
    'Currencies mixed',
    'Order what is priced in one currency at a time; those of this cart are in "currencies".',
  ),
  below_minimum: row(
    400,
    'Order too small',
    'Orders begin at "minimumMinor" in this currency. Add something to the cart.',
  ),
  total_too_large: row(
    400,
    'Order too large',
    'No payment can be larger than "maximumMinor". Make several orders of it.',
  ),
  shipping_not_priced: row(
    409,
    'No shipping in this currency',
    "Give one of the store's shipping options a price in this currency, or sell in another one.",
  ),
  order_not_found: row(404, 'Order not found', 'Use the id of an order of this environment.'),
  order_not_refundable: row(
    409,
    'Nothing to give back',
    'Only what was paid and not given back yet can be refunded; see "status" and "leftMinor".',
  ),
  refund_too_large: row(
    400,
    'Refund too large',
    'Give back no more than is left, "leftMinor", or leave the amount out for all of it.',
  ),
  order_line_not_found: row(
    404,
    'Not a line of this order',
    "Use the variant of one of the order's lines, each once.",
  ),
  order_line_refunded: row(
    409,
    'Already refunded',
    'Give back no more pieces of this line than are left, "leftQuantity".',
  ),
  restock_not_possible: row(
    400,
    'Which pieces go back to stock?',
    'Say "restock" at each line, or of the whole order where all that is left is given back.',
  ),
  order_not_cancelable: row(
    409,
    'Order cannot be cancelled',
    'Only an order nobody paid, or that cost nothing, can be; see "status". Refund one that was paid.',
  ),
  order_not_erasable: row(
    409,
    'Order is not over',
    'Erase who bought once it is over; see "status". Send it, refund it or cancel it first.',
  ),
  order_not_fulfillable: row(
    409,
    'Order not paid',
    'Send only what is paid for; "status" says where the order stands.',
  ),

  // Webhooks to developers
  webhook_not_found: row(
    404,
    'Webhook not found',
    'List the webhooks of this environment and use an id from there.',
  ),
  webhook_delivery_not_found: row(
    404,
    'Delivery not found',
    'List the deliveries of this webhook and use an id from there; they are kept for 30 days.',
  ),
  webhook_url_not_allowed: row(
    400,
    'Webhook URL not allowed',
    'Give a public https URL of your own; "reason" says what is wrong with this one.',
  ),
  too_many_webhooks: row(
    409,
    'Too many webhooks',
    'Delete one that is no longer needed; the most an environment can have is in "atMost".',
  ),
  webhook_disabled: row(409, 'Webhook is disabled', 'Enable the webhook first, then try again.'),
  webhook_event_erased: row(
    410,
    'Event erased',
    'The customer it was about was erased, so there is nothing left to send.',
  ),

  // Ours
  temporarily_unavailable: row(
    503,
    'Temporarily unavailable',
    'Nothing was changed. Try again in a moment.',
    true,
  ),
  internal_error: row(
    500,
    'Something went wrong on our side',
    'Try again; if it stays, tell us the requestId.',
    true,
  ),
} as const satisfies Record<string, ErrorRow>;

/** A stable name of an error, the `code` of the answer. */
export type ErrorCode = keyof typeof ERRORS;

/** What every route can answer, whatever it does. */
export const COMMON_ERRORS = [
  'invalid_request',
  'invalid_json',
  'unsupported_media_type',
  'body_too_large',
  'method_not_allowed',
  'temporarily_unavailable',
  'internal_error',
] as const satisfies readonly ErrorCode[];

/** What every route opened by a key can answer besides. */
export const KEY_ERRORS = [
  'key_required',
  'key_invalid',
  'key_revoked',
  'mode_mismatch',
  'project_not_found',
  'project_deleted',
  'subscription_required',
  'subscription_expired',
  'project_suspended',
] as const satisfies readonly ErrorCode[];

/**
 * What a POST can answer whose first success is kept for repeats of its Idempotency-Key. Other POSTs
 * take a key, too, and refuse a malformed one.
 */
export const IDEMPOTENCY_ERRORS = [
  'idempotency_key_invalid',
  'idempotency_conflict',
  'idempotency_in_flight',
] as const satisfies readonly ErrorCode[];
