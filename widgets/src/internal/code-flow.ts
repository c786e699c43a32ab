import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { CodeProof } from '../clerk/clerk.ts';
import type { Page } from './page.ts';

/** How long a visitor waits before another code may be asked for. */
const RESEND_SECONDS = 30;

/**
 * The proof, by a mailed code, that somebody reads an address. Clerk's code is loaded when the first
 * is asked for. What was proved is kept until it was used, so that a failure on the way to the edge
 * needs no new code.
 */
export class CodeFlow implements ReactiveController {
  email = '';
  /** Until another code may be asked for. */
  waitSeconds = 0;
  readonly #host: ReactiveControllerHost;
  #proof: CodeProof | null = null;
  #sealedToken: string | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {}
  hostDisconnected(): void {
    clearInterval(this.#timer);
  }

  /** Mails a code to an address. */
  async send(page: Page, email: string, botCheck: string | null): Promise<void> {
    const { openClerk } = await import('../clerk/clerk.ts');
    const { api, view } = page;
    this.email = email;
    this.#sealedToken = null;
    this.#proof = await openClerk(
      view.bootstrap?.signIn.clerkPublishableKey ?? '',
      `${api.base}/__clerk/${api.publishableKey}`,
    );
    await this.#proof.send(email, botCheck);
    this.#countDown();
  }

  async resend(botCheck: string | null): Promise<void> {
    await this.#proof?.resend(botCheck);
    this.#countDown();
  }

  /** What `code` proves, sealed for the edge. */
  async verify(code: string): Promise<string | null> {
    this.#sealedToken ??= (await this.#proof?.verify(code)) ?? null;
    return this.#sealedToken;
  }

  /** Forgets what was proved: it was used. */
  done(): void {
    this.#proof = null;
    this.#sealedToken = null;
    this.email = '';
  }

  #countDown(): void {
    clearInterval(this.#timer);
    this.waitSeconds = RESEND_SECONDS;
    this.#host.requestUpdate();
    this.#timer = setInterval(() => {
      this.waitSeconds -= 1;
      this.#host.requestUpdate();
      if (this.waitSeconds <= 0) clearInterval(this.#timer);
    }, 1000);
  }
}
