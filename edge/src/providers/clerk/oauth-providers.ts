import type { ClerkKeys } from '../../env.ts';
import { Fail } from '../../http/fail.ts';

/** How long an answer of Clerk is taken for the truth, and how long it is left alone after none. */
const FRESH_MS = 5 * 60_000;
const REST_MS = 30_000;
/** A page waits for this before it shows anything, so Clerk gets less time than otherwise. */
const TIMEOUT_MS = 2_000;

/** The providers an application lets people sign in with, by name, kept for a while. */
export class OauthProviders {
  readonly #app: ClerkKeys;
  #known: readonly string[] | null = null;
  #askAgainAtMs = 0;

  constructor(app: ClerkKeys) {
    this.#app = app;
  }

  /**
   * Asks Clerk when the last answer is older than five minutes. While Clerk is away the last answer
   * goes on; throws `provider_unavailable` when there never was one.
   */
  async read(nowMs: number): Promise<readonly string[]> {
    if (nowMs >= this.#askAgainAtMs) {
      // Whoever comes meanwhile takes the last answer, if there is one.
      if (this.#known) this.#askAgainAtMs = nowMs + REST_MS;
      const found = await this.#ask();
      this.#known = found ?? this.#known;
      this.#askAgainAtMs = nowMs + (found ? FRESH_MS : REST_MS);
    }
    if (this.#known === null) throw new Fail('provider_unavailable');
    return this.#known;
  }

  async #ask(): Promise<readonly string[] | null> {
    try {
      const answer = await fetch(`${this.#app.frontendUrl}/v1/environment?_is_native=1`, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return answer.ok ? providersIn(await answer.json()) : null;
    } catch {
      return null;
    }
  }
}

interface ClerkEnvironment {
  user_settings: {
    social: Record<string, { enabled: boolean; authenticatable: boolean; strategy: string }>;
  };
}

function providersIn(environment: unknown): string[] {
  const { social } = (environment as ClerkEnvironment).user_settings;
  return Object.values(social)
    .filter(({ enabled, authenticatable }) => enabled && authenticatable)
    .map(({ strategy }) => strategy.replace(/^oauth_/, ''));
}
