import type { Bootstrap, Customer, Session, UsageStatus } from '@dream/contract';
import type { Catalogue } from '../cart/shop.ts';
import { type Api, DreamError, isOver, toDreamError } from './api.ts';
import { type DreamEvents, emit } from './events.ts';
import { claimsIn, claimsOf, sessionOf, Tokens } from './tokens.ts';

/** The query parameter by which a customer comes back from checkout. Same as in the contract. */
const CHECKOUT_PARAM = 'dream_checkout';

/** Codes of an access token that is old, or was changed: the refresh token decides. */
const REPLACEABLE = new Set(['session_expired', 'token_invalid', 'key_invalid']);

/** What elements show: the first data of the page, and who is signed in. */
export interface View {
  status: 'loading' | 'ready' | 'failed';
  bootstrap: Bootstrap | null;
  customer: Customer | null;
  /** By feature. */
  usage: Readonly<Record<string, UsageStatus>>;
  error: DreamError | null;
}

/** What is shown before anything is known. */
export const LOADING: View = {
  status: 'loading',
  bootstrap: null,
  customer: null,
  usage: {},
  error: null,
};

type NewSession = Pick<Session, 'accessToken' | 'refreshToken' | 'customer' | 'usage'>;

/**
 * The one state all widgets of a page share: loaded once whatever the number of elements, kept
 * live by a socket, in step with the other tabs. Elements subscribe and draw `view`.
 */
export class Page {
  readonly api: Api;
  view: View = LOADING;
  /** The first products, if they were asked for before their shop was there; nothing: in vain. */
  products: Promise<Catalogue | void> | undefined;
  readonly #tokens: Tokens;
  readonly #listeners = new Set<() => void>();
  readonly #features = new Set<string>();
  #loading: Promise<void> | null = null;
  #closeSocket: (() => void) | null = null;

  constructor(api: Api) {
    this.api = api;
    this.#tokens = new Tokens(api);
    this.#tokens.watch((is, was) => {
      const { customer } = this.view;
      const isOther = customer && (claimsIn(is)?.sub ?? customer.id) !== customer.id;
      if (isOther || (was && !is)) this.#forget();
      if (is && !this.view.customer) void this.#session();
    });
    // Back from Stripe by the browser's own button, the page is as it was left: look again.
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted && this.view.customer) void this.renew().catch(() => {});
    });
  }

  /** Calls back after every change, until the returned function is called. */
  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  /** Loads the page's first data, once; again after a failure. Never rejects: see `view.error`. */
  load(): Promise<void> {
    if (this.view.status === 'failed') this.#loading = null;
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    this.#set({ status: 'loading', error: null });
    try {
      const [bootstrap] = await Promise.all([
        this.api.get<Bootstrap>('bootstrap'),
        this.#session(),
      ]);
      this.#set({ status: 'ready', bootstrap });
      this.tell('dream-ready', { mode: bootstrap.mode });
    } catch (error) {
      this.fail(error);
      this.#set({ status: 'failed', error: toDreamError(error) });
    }
  }

  /** Finds out who is signed in. A visitor without a session costs no request. */
  async #session(): Promise<void> {
    const back = new URL(location.href).searchParams.get(CHECKOUT_PARAM);
    const returned = back ? await import('./returned.ts') : null;
    const script = document.querySelector<HTMLElement>('script[data-dream-session]');
    if (script)
      (await import('./offered.ts')).takeOffered(script, this.#tokens, sessionOf, claimsIn);
    if (!this.#tokens.kept) return returned?.forgetCheckout();
    try {
      if (back) await returned?.confirmCheckout(this, back);
      else if (this.#tokens.areFresh)
        this.welcome(await this.authed((token) => this.api.get('me', token)));
      else await this.renew();
    } catch (error) {
      if (!isOver(error)) throw error;
    }
  }

  /** A token good for over a minute, or null when nobody is signed in. */
  async token(): Promise<string | null> {
    if (this.#tokens.kept && !this.#tokens.areFresh) await this.renew();
    return this.#tokens.kept?.accessToken ?? null;
  }

  /** Replaces the tokens: what they and this page say of the plan is right after it. */
  async renew(): Promise<void> {
    const before = this.#tokens.kept?.accessToken;
    try {
      const session = await this.#tokens.refresh(before);
      if (session) this.welcome(session);
      else if (this.#tokens.kept)
        this.welcome(await this.api.get('me', this.#tokens.kept.accessToken));
    } catch (error) {
      if (isOver(error)) this.#forget();
      throw error;
    }
  }

  /** Calls the edge for the signed-in customer; a token it does not take is replaced, once. */
  async authed<T>(call: (token: string) => Promise<T>): Promise<T> {
    const token = await this.token();
    if (token === null) throw new DreamError(401, { code: 'session_required' });
    try {
      return await call(token);
    } catch (error) {
      const { code } = toDreamError(error);
      if (!REPLACEABLE.has(code)) {
        if (isOver(error)) this.over(token);
        throw error;
      }
      await this.renew();
      return call(this.#tokens.kept?.accessToken ?? '');
    }
  }

  /**
   * Signs in with a session made by the edge: by exchange, by password, or by the site's server. One
   * whose place it takes is ended.
   */
  signIn(session: NewSession, isNew = false): void {
    this.#hangUp();
    this.#tokens.replace(session);
    this.#set({ customer: null, usage: {} });
    this.welcome(session, isNew);
  }

  /** Goes on with a newer session of the same customer, and ends the one before. */
  async replaceSession(session: NewSession): Promise<void> {
    const before = this.#tokens.kept?.refreshToken;
    // The socket knows the session that ends now.
    this.#hangUp();
    this.#tokens.keep(session);
    this.welcome(session);
    if (before) await this.api.post('sessions/end', { refreshToken: before });
  }

  /** Signs out here and in all tabs. The page is signed out even if the edge cannot be told. */
  async signOut(): Promise<void> {
    const refreshToken = this.#tokens.kept?.refreshToken;
    this.#end();
    if (refreshToken) await this.api.post('sessions/end', { refreshToken }).catch(() => {});
  }

  /** Keeps the usage of a feature loaded, besides the default one. */
  need(feature: string): void {
    if (this.#features.has(feature)) return;
    this.#features.add(feature);
    if (this.view.customer) void this.#loadFeature(feature);
  }

  /** Sets what is known of the customer after a change that was made here. */
  set customer(customer: Customer) {
    this.#set({ customer });
  }

  /** Tells the site, for those who listen at the document. */
  tell<Name extends keyof DreamEvents>(name: Name, detail: DreamEvents[Name]): void {
    emit(document, name, detail);
  }

  /** Tells the page of an error; elements show their own. */
  fail(error: unknown): void {
    const { code, message } = toDreamError(error);
    this.tell('dream-error', { code, message });
  }

  /** Somebody is known to be signed in: a visitor who returned, or came in just now. */
  welcome({ customer, usage }: Pick<Session, 'customer' | 'usage'>, isNew = false): void {
    const was = this.view.customer;
    this.#set({ customer });
    if (usage) this.tellUsage(usage);
    if (!was) this.tell('dream-signin', { customerId: customer.id, isNew });
    else if (was.plan !== customer.plan) this.tell('dream-plan-change', { plan: customer.plan });
    for (const feature of this.#features)
      if (feature !== usage?.feature) void this.#loadFeature(feature);
    void this.#listen();
  }

  /** The socket is code and a connection that only the signed-in need. */
  async #listen(): Promise<void> {
    if (this.#closeSocket) return;
    let closed = false;
    this.#closeSocket = () => (closed = true);
    const { listen, lineOf } = await import('./live.ts');
    if (!closed) this.#closeSocket = listen(lineOf(this));
  }

  /** Where the socket of an access token goes. */
  liveUrl(token: string): string {
    return this.api.url(`live?shard=${claimsOf(token).shard}`).replace(/^http/, 'ws');
  }

  /** Finds out anew what the session and its plan are. */
  readonly look = (): void => {
    this.renew().catch((error: unknown) => this.fail(error));
  };

  async #loadFeature(feature: string): Promise<void> {
    try {
      const path = `usage?feature=${encodeURIComponent(feature)}`;
      this.tellUsage(await this.authed((token) => this.api.get<UsageStatus>(path, token)));
    } catch (error) {
      this.fail(error);
    }
  }

  /** Takes a usage that was counted meanwhile. */
  tellUsage(usage: UsageStatus): void {
    const { feature, usageCount, remaining, limit } = usage;
    const was = this.view.usage[feature];
    // The plan may have changed after it was asked for and before anybody listened.
    if (was && was.plan !== usage.plan && usage.plan !== this.view.customer?.plan) this.look();
    this.#set({ usage: { ...this.view.usage, [feature]: usage } });
    if (was?.usageCount === usageCount && was.limit === limit) return;
    if (was) this.tell('dream-usage-change', { feature, usageCount, remaining });
    if (was && was.remaining !== 0 && remaining === 0)
      this.tell('dream-limit-reached', { feature, limit });
  }

  /** The session a token is of is over. One that took its place meanwhile goes on. */
  over(accessToken: string): void {
    if (claimsIn({ accessToken })?.sid === claimsIn(this.#tokens.kept)?.sid) this.#end();
  }

  /** The session is over, in all tabs. */
  #end(): void {
    this.#tokens.keep(null);
    this.#forget();
  }

  #hangUp(): void {
    this.#closeSocket?.();
    this.#closeSocket = null;
  }

  #forget(): void {
    this.#hangUp();
    const { customer } = this.view;
    this.#set({ customer: null, usage: {} });
    if (customer) this.tell('dream-signout', { customerId: customer.id });
  }

  #set(part: Partial<View>): void {
    this.view = { ...this.view, ...part };
    for (const changed of this.#listeners) changed();
  }
}
