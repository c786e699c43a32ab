import type { Session } from '@dream/contract';
import { type Api, DreamError } from './api.ts';

/** What a page keeps of a session. `goodUntilMs` is by this machine's own clock. */
interface Kept {
  accessToken: string;
  goodUntilMs: number;
  refreshToken: string;
}

/** A token with less time left than this is replaced before it is used. */
const LEAST_LEFT_MS = 60_000;

/** Codes that say the session is over for good. */
const OVER = new Set(['session_ended', 'token_invalid', 'customer_not_found']);

/** Whether an error says that the session is over, and not only that it could not be asked about. */
export const isOver = (error: unknown): boolean =>
  error instanceof DreamError && OVER.has(error.code);

/** What an access token says; it is only read here, the edge verifies it. */
export function claimsOf(accessToken: string): { iat: number; exp: number; shard: string } {
  const [, payload = ''] = accessToken.split('.');
  return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
}

/**
 * The session of a page, in the site's own localStorage under the publishable key, so that all its
 * tabs share it; in memory where storage is closed. Refreshed by one tab at a time.
 */
export class Tokens {
  readonly #api: Api;
  readonly #name: string;
  #memory: Kept | null = null;

  constructor(api: Api) {
    this.#api = api;
    this.#name = `dream:${api.publishableKey}`;
  }

  get kept(): Kept | null {
    try {
      return keptIn(localStorage.getItem(this.#name));
    } catch {
      return this.#memory;
    }
  }

  /** Whether the token at hand may be used as it is. */
  get areFresh(): boolean {
    return (this.kept?.goodUntilMs ?? 0) - Date.now() > LEAST_LEFT_MS;
  }

  /** Keeps a session's tokens, or forgets them. */
  keep(session: Pick<Session, 'accessToken' | 'refreshToken'> | null): void {
    if (session) {
      // Its life by our own clock, so that a clock that is wrong makes no difference.
      const { iat, exp } = claimsOf(session.accessToken);
      const { accessToken, refreshToken } = session;
      this.#memory = { accessToken, refreshToken, goodUntilMs: Date.now() + (exp - iat) * 1000 };
    } else this.#memory = null;
    try {
      if (this.#memory) localStorage.setItem(this.#name, JSON.stringify(this.#memory));
      else localStorage.removeItem(this.#name);
    } catch {
      // Storage is closed or full: the session lives as long as the page.
    }
  }

  /** Calls back when another tab signed in, out, or refreshed. */
  watch(changed: (is: Kept | null, was: Kept | null) => void): void {
    addEventListener('storage', ({ key, newValue, oldValue, storageArea }) => {
      if (storageArea !== localStorage || (key !== this.#name && key !== null)) return;
      changed(keptIn(newValue), keptIn(oldValue));
    });
  }

  /**
   * Replaces the tokens, once over all tabs; `null` when another tab just did, or nobody is signed
   * in. Throws when the edge cannot be asked; forgets the tokens when it says the session is over.
   */
  refresh(staleToken: string | undefined): Promise<Session | null> {
    return locked(this.#name, async () => {
      const { kept } = this;
      if (!kept || (kept.accessToken !== staleToken && this.areFresh)) return null;
      try {
        const session = await this.#api.post<Session>('sessions/refresh', {
          refreshToken: kept.refreshToken,
        });
        this.keep(session);
        return session;
      } catch (error) {
        if (isOver(error)) this.keep(null);
        throw error;
      }
    });
  }
}

/** What a text of the storage says, which anybody may have changed; null when it is no session. */
function keptIn(text: string | null): Kept | null {
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<Kept> | null;
    return typeof kept?.accessToken === 'string' &&
      typeof kept.refreshToken === 'string' &&
      typeof kept.goodUntilMs === 'number'
      ? (kept as Kept)
      : null;
  } catch {
    return null;
  }
}

/** Web Locks need a secure context; without them two tabs may refresh at once, which is allowed. */
function locked<T>(name: string, work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}
