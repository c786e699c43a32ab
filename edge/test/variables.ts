/** Settings of an edge under test. The secrets open nothing but a sandbox. */
export function testVariables(sandbox: {
  stripe: string;
  clerk: string;
  turnstile: string;
}): Record<string, string> {
  const clerk = (app: 'TEST' | 'LIVE' | 'PLATFORM', mode: 'test' | 'live', name: string) => ({
    [`CLERK_${app}_FRONTEND_URL`]: `${sandbox.clerk}/fapi/${mode}_${name}`,
    [`CLERK_${app}_PUBLISHABLE_KEY`]: `pk_${mode}_${btoa(`${name}.clerk.sandbox$`)}`,
    [`CLERK_${app}_SECRET_KEY`]: `sk_${mode}_${name}`,
    [`CLERK_${app}_WEBHOOK_SECRET`]: `whsec_${btoa(`clerk-${name}-${mode}-webhook-secret`)}`,
  });
  const stripe = (mode: 'test' | 'live') => ({
    [`STRIPE_${mode.toUpperCase()}_SECRET_KEY`]: `sk_${mode}_platform0000000000`,
    [`STRIPE_${mode.toUpperCase()}_PUBLISHABLE_KEY`]: `pk_${mode}_platform`,
    [`STRIPE_${mode.toUpperCase()}_CLIENT_ID`]: `ca_${mode}_platform`,
    [`STRIPE_${mode.toUpperCase()}_WEBHOOK_SECRET`]: `whsec_${mode}_platform_account`,
    [`STRIPE_${mode.toUpperCase()}_CONNECT_WEBHOOK_SECRET`]: `whsec_${mode}_connected_accounts`,
  });
  return {
    PUBLIC_URL: 'https://edge.test',
    CONTENT_URL: 'https://content.test',
    OPERATOR_SECRET: 'op_test_secret_of_the_operator',
    OPERATOR_EMAILS: 'Operator@dream.example, second.operator@dream.example',
    MASTER_KEYS: JSON.stringify([{ id: 'test', key: btoa('0123456789abcdef0123456789abcdef') }]),
    SIGNING_KEYS: JSON.stringify([SIGNING_KEY]),
    STRIPE_API_URL: sandbox.stripe,
    STRIPE_CONNECT_URL: sandbox.stripe,
    ...stripe('test'),
    ...stripe('live'),
    CLERK_API_URL: sandbox.clerk,
    TURNSTILE_URL: sandbox.turnstile,
    WEBHOOKS_TO_LOOPBACK: 'allow',
    // Plans have their own tests, which require them.
    PLATFORM_BILLING: 'off',
    ...clerk('TEST', 'test', 'endusers'),
    ...clerk('LIVE', 'live', 'endusers'),
    ...clerk('PLATFORM', 'live', 'developers'),
  };
}

/** Signs the tests' access tokens, and nothing else anywhere. */
const SIGNING_KEY = {
  kty: 'EC',
  x: '6uKJlyoD8-qMsuSoiJg4QewYEZsZx7qil-fNyY8wgVo',
  y: 'J3d5Y95shiGxpN2fTz6kcLM5GFa6Xf6xwcZhkUKEx5Q',
  crv: 'P-256',
  d: '6oMMqsrICve19rOFIxfnrQ3NsWFd50afJwPYAz87buM',
  kid: 'test',
  activeFromMs: 0,
};
