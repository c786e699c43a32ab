import { exports } from 'cloudflare:workers';
import { call } from './harness.ts';

export const ORIGIN = 'http://localhost:5174';

/** A page of one project that talks to Clerk through our proxy, as clerk-js does. */
export class Page {
  token = '';
  readonly #pk: string;
  readonly #origin: string;
  /** The network address the visitor comes from. */
  address: string | undefined;

  constructor(pk: string, origin = ORIGIN, address?: string) {
    this.#pk = pk;
    this.#origin = origin;
    this.address = address;
  }

  /** Posts a form to the proxy; keeps the token it is given. */
  async send(
    path: string,
    form: Record<string, string>,
    method = 'POST',
  ): Promise<{ status: number; body: any }> {
    const headers = new Headers({
      origin: this.#origin,
      'content-type': 'application/x-www-form-urlencoded',
    });
    if (this.token) headers.set('authorization', this.token);
    if (this.address) headers.set('cf-connecting-ip', this.address);
    const url = `https://edge.test/__clerk/${this.#pk}/v1/${path}?_is_native=1`;
    const body = method === 'GET' ? {} : { body: new URLSearchParams(form).toString() };
    const answer = await exports.default.fetch(new Request(url, { method, headers, ...body }));
    this.token = answer.headers.get('authorization') ?? this.token;
    return { status: answer.status, body: await answer.json() };
  }

  /** Signs in by code, or up where nobody has the address yet. Answers what the last step said. */
  async proveEmail(email: string, code: string | (() => Promise<string>) = '424242'): Promise<any> {
    const typed = async () => (typeof code === 'string' ? code : code());
    const known = await this.send('client/sign_ins', { identifier: email });
    if (known.status === 200) {
      const { id, supported_first_factors: factors } = known.body.response;
      const factor = factors.find((one: { strategy: string }) => one.strategy === 'email_code');
      const address = { email_address_id: String(factor.email_address_id) };
      await this.send(`client/sign_ins/${id}/prepare_first_factor`, {
        strategy: 'email_code',
        ...address,
      });
      return (
        await this.send(`client/sign_ins/${id}/attempt_first_factor`, {
          strategy: 'email_code',
          code: await typed(),
        })
      ).body;
    }
    const { id } = (await this.send('client/sign_ups', { email_address: email })).body.response;
    await this.send(`client/sign_ups/${id}/prepare_verification`, { strategy: 'email_code' });
    return (
      await this.send(`client/sign_ups/${id}/attempt_verification`, {
        strategy: 'email_code',
        code: await typed(),
      })
    ).body;
  }

  /** Turns what was proved into a session. */
  exchange(
    sealedToken = this.token,
    headers: Record<string, string> = {},
  ): ReturnType<typeof call> {
    return call('POST', `/api/sessions/exchange?pk=${this.#pk}`, {
      headers: {
        origin: this.#origin,
        ...(this.address && { 'cf-connecting-ip': this.address }),
        ...headers,
      },
      body: { sealedToken },
    });
  }
}
