import type { Session } from '@dream/contract';
import { type Api, isOver } from './api.ts';

/** What a page keeps of a session. `goodUntilMs` is by this machine's own clock. */
interface Kept {
  accessToken: string;
  goodUntilMs: number;
  refreshToken: string;
}

/** What is read of an access token's claims. */
interface Claims {
  iat: number;
  exp: number;
  aud: string;
  sub: string;
  sid: string;
  shard: string;
}

/** A token with less time left than this is replaced before it is used. */
const LEAST_LEFT_MS = 60_000;

/** How long what another tab keeps may take to be seen here: it comes after the lock it held. */
const SEEN_WITHIN_MS = 500;

/** What an access token says; it is only read here, the edge verifies it. */
export function claimsOf(accessToken: string): Claims {
  const [, payload = ''] = accessToken.split('.');
  return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
}

/** The same, or null of what cannot be read: anybody may change what a page keeps. */
export function claimsIn(kept: Pick<Kept, 'accessToken'> | null): Claims | null {
  try {
    return kept && claimsOf(kept.accessToken);
  } catch {
    return null;
  }
}

/**
 * The session of a page, in the site's own localStorage under the publishable key, so that all its
 * tabs share it; in memory where storage is closed. Refreshed by one tab at a time.
 */
export class Tokens {
  readonly #api: Api;
  /** What it is kept under in localStorage. */
  readonly name: string;
  #memory: Kept | null = null;

  constructor(api: Api) {
    this.#api = api;
    this.name = `dream:${api.publishableKey}`;
  }

  get kept(): Kept | null {
    try {
      return keptIn(localStorage.getItem(this.name));
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
      if (this.#memory) localStorage.setItem(this.name, JSON.stringify(this.#memory));
      else localStorage.removeItem(this.name);
    } catch {
      // Storage is closed or full: the session lives as long as the page.
    }
  }

  /**
   * Keeps a session in the place of another. One of another family is ended at the edge, where it
   * would live on unused; nobody waits for that.
   */
  replace(session: Pick<Session, 'accessToken' | 'refreshToken'>): void {
    const { kept } = this;
    this.keep(session);
    const was = claimsIn(kept);
    if (kept && was && was.sid !== claimsOf(session.accessToken).sid)
      this.#api.post('sessions/end', { refreshToken: kept.refreshToken }).catch(() => {});
  }

  /** Calls back when another tab signed in, out, or refreshed. */
  watch(changed: (is: Kept | null, was: Kept | null) => void): void {
    addEventListener('storage', ({ key, newValue, oldValue, storageArea }) => {
      if (storageArea !== localStorage || (key !== this.name && key !== null)) return;
      changed(keptIn(newValue), keptIn(oldValue));
    });
  }

  /** Until what another tab refreshed is seen here, or it does not come. */
  async #seen(): Promise<void> {
    const over = AbortSignal.timeout(SEEN_WITHIN_MS);
    while (!this.areFresh && !over.aborted)
      await new Promise((resolve) => {
        over.addEventListener('abort', resolve);
        addEventListener('storage', resolve, { once: true });
      });
  }

  /**
   * Replaces the tokens, once over all tabs; `null` when another tab just did, or nobody is signed
   * in. Throws when the edge cannot be asked; forgets the tokens when it says the session is over.
   */
  refresh(staleToken: string | undefined): Promise<Session | null> {
    return locked(this.name, async (waited) => {
      if (waited) await this.#seen();
      const { kept } = this;
      if (!kept || (kept.accessToken !== staleToken && this.areFresh)) return null;
      const { refreshToken } = kept;
      // Meanwhile another session may have come, or the visitor may have signed out.
      const isReplaced = () => this.kept?.refreshToken !== refreshToken;
      try {
        const session = await this.#api.post<Session>('sessions/refresh', { refreshToken });
        if (isReplaced()) return null;
        this.keep(session);
        return session;
      } catch (error) {
        if (isReplaced()) return null;
        if (isOver(error)) this.keep(null);
        throw error;
      }
    });
  }
}

/** The tokens of an answer of `dream.sessions.create`; throws a TypeError when it is none. */
export function sessionOf(given: unknown): Pick<Session, 'accessToken' | 'refreshToken'> {
  const { accessToken, refreshToken } = (given ?? {}) as Partial<Session>;
  if (typeof accessToken === 'string' && typeof refreshToken === 'string')
    return { accessToken, refreshToken };
  throw new TypeError('No answer of dream.sessions.create.');
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

/**
 * One tab at a time, told whether it had to wait. Web Locks need a secure context; without them two
 * tabs may refresh at once, which is allowed.
 */
function locked<T>(name: string, work: (waited: boolean) => Promise<T>): Promise<T> {
  const { locks } = navigator;
  if (!locks) return work(false);
  return locks.request(name, { ifAvailable: true }, (lock) =>
    lock ? work(false) : locks.request(name, () => work(true)),
  );
}
