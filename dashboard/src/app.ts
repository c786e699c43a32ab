import type { Customer, Mode, Project, Standing } from '@dream/contract';
import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { ApiError, createCall, toApiError } from './api.ts';
import { config } from './config.ts';
import type { Context } from './context.ts';
import { projectsApi } from './environment.ts';
import type { Page } from './pages/page.ts';
import { paths } from './paths.ts';
import { go, startRouter } from './router.ts';
import { match } from './routes.ts';
import { onSessionChange, sessionToken, signedIn, signOut, startSession } from './session.ts';
import { standingNotice } from './standing.ts';
import { day } from './ui/format.ts';
import { landing } from './ui/landing.ts';
import { emptyState, skeleton, troubleNotice } from './ui/notice.ts';
import { navigationOf } from './navigation.ts';
import { openShell } from './ui/open-shell.ts';
import { shell, suspended } from './ui/shell.ts';

type PageElement = Page<unknown>;

/** How many projects are at hand to switch to; the others are found on the page of all. */
const MOST_PROJECTS = 50;

/** The dashboard: who is signed in, which projects are theirs, and the page of the path. */
export class DashApp extends LitElement {
  static override properties: PropertyDeclarations = {
    status: { state: true },
    failure: { state: true },
    customer: { state: true },
    projects: { state: true },
    page: { state: true },
    pathname: { state: true },
    lost: { state: true },
    offline: { state: true },
    standing: { state: true },
  };
  declare status: 'starting' | 'failed' | 'ready';
  declare failure: ApiError | null;
  declare customer: Customer | null;
  declare projects: readonly Project[] | null;
  declare page: PageElement | null;
  declare pathname: string;
  /** Whether the session ended by itself, so that whoever comes back goes on where they were. */
  declare lost: boolean;
  declare offline: boolean;
  /** How the project of the page stands, or else the oldest one; null until it is known. */
  declare standing: Standing | null;
  #attempt = 0;
  #shows = 0;
  readonly #call = createCall({
    edge: config.edge,
    token: sessionToken,
    onSessionLost: () => {
      this.lost = true;
      void signOut();
    },
  });

  constructor() {
    super();
    this.status = 'starting';
    this.failure = null;
    this.customer = null;
    this.projects = null;
    this.page = null;
    this.pathname = location.pathname;
    this.lost = false;
    this.offline = !navigator.onLine;
    this.standing = null;
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    onSessionChange(() => void this.#sessionChanged());
    for (const event of ['online', 'offline'])
      addEventListener(event, () => {
        this.offline = !navigator.onLine;
        if (!this.offline) this.page?.recover();
      });
    document.addEventListener('dream-plan-change', () => void this.#loadStanding(this.#shows));
    void this.#start();
  }

  async #start(): Promise<void> {
    this.status = 'starting';
    // The page's own files come meanwhile; what fails to is said when the page is shown.
    void match(this.pathname)
      ?.route.load()
      .catch(() => undefined);
    try {
      this.customer = await startSession(config.edge, this.#attempt++);
    } catch {
      this.status = 'failed';
      return;
    }
    this.status = 'ready';
    if (this.customer) await this.#loadProjects();
    startRouter((url) => this.#show(url));
  }

  async #sessionChanged(): Promise<void> {
    if (this.status !== 'ready') return;
    const now = signedIn();
    const before = this.customer;
    if (now?.id === before?.id) return;
    // Whoever signs in again finds the page as they left it; for anybody else it is a new one.
    if (now && before === null && this.#lastCustomer !== now.id) this.page = null;
    if (now) this.#lastCustomer = now.id;
    else this.#lastCustomer = before?.id ?? null;
    this.customer = now;
    if (!now) return;
    // A page that anybody may see is another one for who is signed in.
    const returns = this.page !== null && !match(this.pathname)?.route.isOpen;
    this.lost = false;
    await this.#loadProjects();
    if (returns) this.page?.recover();
    else await this.#show(new URL(location.href));
  }
  #lastCustomer: string | null = null;

  async #loadProjects(): Promise<void> {
    this.failure = null;
    try {
      const first = { cursor: null, limit: MOST_PROJECTS };
      const { projects, nextCursor } = await projectsApi(this.#call).list('', first);
      this.#hasMoreProjects = nextCursor !== null;
      this.projects = [...projects, ...(await this.#missingFrom(projects))];
      if (this.page) this.page.context = this.#context();
    } catch (error) {
      this.failure = toApiError(error);
    }
  }

  #hasMoreProjects = false;
  /** Whether a page is on its way, and with it the project it is of. */
  #isOpening = false;

  /** The project of the path where a list lacks it: of many, it may be one that comes later. */
  async #missingFrom(projects: readonly Project[]): Promise<readonly Project[]> {
    const id = match(this.pathname)?.params.project;
    if (!id || !this.#hasMoreProjects || projects.some((known) => known.id === id)) return [];
    try {
      return [(await projectsApi(this.#call).get(id)).project];
    } catch (error) {
      if (![403, 404, 410].includes(toApiError(error).status)) throw error;
      return [];
    }
  }

  #context(): Context {
    const params = match(this.pathname)?.params ?? {};
    return {
      edge: config.edge,
      call: this.#call,
      params,
      projects: this.projects ?? [],
      hasMoreProjects: this.#hasMoreProjects,
      project: this.projects?.find(({ id }) => id === params.project) ?? null,
      mode: (params.mode ?? 'test') as Mode,
      reloadProjects: () => this.#loadProjects(),
    };
  }

  async #show(url: URL): Promise<() => Promise<void>> {
    const nothingMore = () => Promise.resolve();
    const shows = (this.#shows += 1);
    if (url.pathname === '/' && this.customer) {
      history.replaceState(history.state, '', paths.projects());
      this.pathname = paths.projects();
    } else this.pathname = url.pathname;
    const found = match(this.pathname);
    document.title = `${found?.route.title ?? 'Not found'} · dream`;
    this.page = null;
    if (!found || !(this.customer || found.route.isOpen)) return nothingMore;
    if (this.customer) void this.#loadStanding(shows);
    this.#isOpening = true;
    try {
      const [, missing] = await Promise.all([
        found.route.load(),
        this.#missingFrom(this.projects ?? []),
      ]);
      if (shows === this.#shows && missing.length > 0)
        this.projects = [...(this.projects ?? []), ...missing];
    } catch {
      this.failure = new ApiError(0, {
        code: 'unreachable',
        error: 'The page could not be loaded',
        message: 'Check the connection, then load it again.',
      });
      return nothingMore;
    } finally {
      if (shows === this.#shows) this.#isOpening = false;
    }
    if (shows !== this.#shows) return nothingMore;
    const page = document.createElement(found.route.tag) as PageElement;
    page.context = this.#context();
    this.page = page;
    await this.updateComplete;
    await page.updateComplete;
    return () => page.settled;
  }

  /** Not a page's to wait for: what cannot be told now is told on the next page. */
  async #loadStanding(shows: number): Promise<void> {
    const { project, projects } = this.#context();
    const about = project ?? projects[0];
    const known =
      about &&
      (await projectsApi(this.#call)
        .get(about.id)
        .catch(() => null));
    if (shows === this.#shows) this.standing = known?.standing ?? null;
  }

  override render(): TemplateResult {
    if (this.status === 'failed')
      return html`<main class="bare">
        ${troubleNotice(
          {
            title: 'dream cannot be reached',
            message: 'Check the connection and try again.',
            docs: null,
            requestId: null,
          },
          () => void this.#start(),
        )}
      </main>`;
    if (this.status === 'starting') return html`<main class="bare">${skeleton(5)}</main>`;
    if (!this.customer && !this.lost && match(this.pathname)?.route.isOpen)
      return openShell(this.#content(true, this.#context()));
    return html`${this.customer ? nothing : landing(this.lost)}
      <div ?hidden=${!this.customer}>${this.customer || this.page ? this.#shell() : nothing}</div>`;
  }

  #shell(): TemplateResult {
    const found = match(this.pathname);
    const context = this.#context();
    return shell({
      navigation: navigationOf(this.pathname, found?.route.section ?? '', context),
      person: this.customer?.email ?? 'Your account',
      isTest: context.project !== null && found?.params.mode === 'test',
      isWide: [
        'begin',
        'tiers',
        'products',
        'orders',
        'customers',
        'webhooks',
        'integrate',
        'metrics',
        'totals',
        'operatorProjects',
        'requests',
        'audit',
      ].includes(found?.route.section ?? ''),
      offline: this.offline,
      notice: this.standing && standingNotice(this.standing, context.mode, day),
      plan: paths.plan(),
      go,
      content: this.#content(found !== null, context),
    });
  }

  #content(isKnown: boolean, context: Context): unknown {
    if (this.failure)
      return troubleNotice(this.failure, () => {
        this.failure = null;
        void this.#loadProjects().then(() => this.#show(new URL(location.href)));
      });
    const back = html`<a class="button" href=${paths.projects()}>All projects</a>`;
    if (!isKnown)
      return notFound(
        'There is no such page',
        'It may have moved, or the address is not whole.',
        back,
      );
    if (context.params.project && this.projects && !context.project && !this.#isOpening)
      return notFound(
        'This project is not yours to open',
        'It does not exist, was deleted, or belongs to another account. Sign in as somebody else to open it.',
        back,
      );
    const { suspendedAtMs = null, suspensionReason = null } = context.project ?? {};
    return [
      suspendedAtMs === null ? nothing : suspended(suspendedAtMs, suspensionReason),
      this.page ?? skeleton(5),
    ];
  }
}
const notFound = (title: string, text: string, back: TemplateResult): TemplateResult =>
  html`<div class="page"><h1>Not found</h1>${emptyState(title, text, back)}</div>`;

customElements.define('dash-app', DashApp);
