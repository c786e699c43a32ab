import { exports } from 'cloudflare:workers';
import { type Answer, call, type CallOptions } from './harness.ts';
import { ORIGIN } from './sign-in.ts';

/** Who somebody is at a provider, as the sandbox's page of it asks. */
export interface Person {
  email: string;
  email_verified?: string;
  subject?: string;
}

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
const random = (bytes: number) => base64url(crypto.getRandomValues(new Uint8Array(bytes)));

/** A page that signs somebody in at a provider, and the window it opens. */
export class OauthWindow {
  readonly request = random(16);
  readonly verifier = random(32);
  /** What the window's browser keeps for the edge. */
  cookie = '';
  readonly #pk: string;
  readonly #origin: string;

  constructor(pk: string, origin = ORIGIN) {
    this.#pk = pk;
    this.#origin = origin;
  }

  /** What /oauth/start sends when the page has said what it wants. */
  async begin(body: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(this.verifier));
    const answer = await call('POST', '/oauth/begin', {
      headers: { origin: 'https://edge.test', ...headers },
      body: {
        pk: this.#pk,
        origin: this.#origin,
        request: this.request,
        challenge: base64url(new Uint8Array(digest)),
        provider: 'google',
        ...body,
      },
    });
    this.#keepCookie(answer.headers);
    return answer;
  }

  /** Comes back to the edge. Answers the page, or where it is sent on to. */
  async land(url: string): Promise<{ status: number; headers: Headers; html: string }> {
    const { pathname, search } = new URL(url);
    const answer = await exports.default.fetch(
      new Request(`https://edge.test${pathname}${search}`, {
        headers: { cookie: this.cookie },
        redirect: 'manual',
      }),
    );
    this.#keepCookie(answer.headers);
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  }

  /** Goes the whole way as a visitor does, whom the provider may see twice. */
  async signIn(person: Person, provider = 'google'): Promise<string> {
    const begun = await this.begin({ provider });
    let landed = await this.land(await allow(begun.body.url, person));
    const again = landed.headers.get('location');
    if (again !== null) landed = await this.land(await allow(again, person));
    return landed.html;
  }

  /** Asks how it ended, as the page does. */
  result(given: { pk?: string; origin?: string; verifier?: string } = {}): Promise<Answer> {
    const { pk = this.#pk, origin = this.#origin, verifier = this.verifier } = given;
    return call('POST', `/api/oauth/result?pk=${pk}`, {
      headers: { origin },
      body: { request: this.request, verifier },
    });
  }

  /** Turns the result into a session. */
  async exchange(): Promise<Answer> {
    const { body } = await this.result();
    const options: CallOptions = { headers: { origin: this.#origin }, body: tokenOf(body) };
    return call('POST', `/api/sessions/exchange?pk=${this.#pk}`, options);
  }

  #keepCookie(headers: Headers): void {
    const given = headers.get('set-cookie');
    if (given !== null)
      this.cookie = given.includes('Max-Age=0') ? '' : (given.split(';')[0] ?? '');
  }
}

const tokenOf = ({ sealedToken }: { sealedToken: string }) => ({ sealedToken });

/** Agrees at the provider's page; answers where Clerk then sends the window. */
export const allow = (url: string, person: Person): Promise<string> =>
  atProvider(url, { decision: 'allow', email_verified: 'true', ...person });

/** Refuses at the provider's page. */
export const deny = (url: string): Promise<string> => atProvider(url, { decision: 'deny' });

async function atProvider(url: string, form: Record<string, string>): Promise<string> {
  const chosen = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
  });
  const back = await fetch(chosen.headers.get('location') ?? '', { redirect: 'manual' });
  return back.headers.get('location') ?? '';
}
