import { env } from 'cloudflare:workers';
import { publishableKey } from '../src/auth/keys.ts';
import { call, manage, OPERATOR } from './harness.ts';
import { ORIGIN, Page } from './sign-in.ts';

const { CLERK_API_URL } = env as unknown as { CLERK_API_URL: string };

/** Where developers sign in. */
export const PLATFORM_KEY = publishableKey('prj_dream', 'live');

/** A developer signed in to the dashboard. */
export interface SignedInDeveloper {
  email: string;
  /** The access token. */
  key: string;
  refreshToken: string;
  customerId: string;
}

/** Makes the platform's project, whose live pages are those of `ORIGIN`. Safe to repeat. */
export async function ensurePlatform(): Promise<void> {
  await call('POST', '/api/projects', {
    key: OPERATOR,
    body: { id: 'prj_dream', name: 'dream', ownerEmail: 'operator@dream.example' },
  });
  await manage('PUT', '/api/projects/prj_dream/live/origins', { origins: [ORIGIN] });
}

/** Signs a developer up, or in: live applications mail codes, so this reads the letter. */
export async function developer(
  email = `${crypto.randomUUID()}@dev.example`,
  address = crypto.randomUUID(),
): Promise<SignedInDeveloper> {
  const { body } = await exchangeAs(email, address);
  return {
    email,
    key: body.accessToken,
    refreshToken: body.refreshToken,
    customerId: body.customer.id,
  };
}

/** What a developer's page is answered when it turns a typed code into a session. */
export async function exchangeAs(email: string, address: string): ReturnType<typeof call> {
  const page = new Page(PLATFORM_KEY, ORIGIN, address);
  await page.proveEmail(email, () => letterTo(email));
  return call('POST', `/api/sessions/exchange?pk=${PLATFORM_KEY}`, {
    headers: { origin: ORIGIN, 'cf-connecting-ip': address },
    body: { sealedToken: page.token },
  });
}

/** The code in the newest letter to an address. */
export async function letterTo(email: string): Promise<string> {
  const url = `${CLERK_API_URL}/inbox.json?email=${encodeURIComponent(email)}`;
  const { letters } = await (await fetch(url)).json<{ letters: { code: string }[] }>();
  const [newest] = letters;
  if (!newest) throw new Error(`No letter to ${email}`);
  return newest.code;
}
