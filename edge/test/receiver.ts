import { inject } from 'vitest';

/** What to answer; 'hold' keeps the sender waiting until `release`. */
export type Reply = { status: number; body?: string; headers?: Record<string, string> } | 'hold';

/** A request as an endpoint got it. */
export interface Seen {
  method: string;
  headers: Record<string, string>;
  body: string;
}

/** An endpoint of a developer's, over HTTP. It takes everything unless told. */
export class Receiver {
  readonly url: string;
  readonly #name = `/${crypto.randomUUID()}`;

  constructor() {
    this.url = inject('receiver') + this.#name;
  }

  /** Answers like this, in order; the last answer stays. */
  async answers(...replies: Reply[]): Promise<void> {
    await this.#control('answer', JSON.stringify(replies));
  }

  /** Ends the answers that are held. */
  async release(): Promise<void> {
    await this.#control('release', '');
  }

  async seen(): Promise<Seen[]> {
    const response = await fetch(`${inject('receiver')}/_seen${this.#name}`);
    return response.json();
  }

  /** The bodies of what came, as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read events of many shapes
  async events(): Promise<any[]> {
    return (await this.seen()).map(({ body }) => JSON.parse(body));
  }

  async #control(verb: string, body: string): Promise<void> {
    const url = `${inject('receiver')}/_${verb}${this.#name}`;
    await (await fetch(url, { method: 'POST', body })).text();
  }
}
