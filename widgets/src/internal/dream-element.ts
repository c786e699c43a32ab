import type {
  Bootstrap,
  CartProblem,
  Customer,
  OrderReceipt,
  PlanChangePreview,
  PublicProduct,
  UsageStatus,
} from '@dream/contract';
import {
  html,
  LitElement,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import { DreamError, toDreamError } from './api.ts';
import { type DreamEvents, emit } from './events.ts';
import { fill, languageOf, translated } from './language.ts';
import { notice, sayError } from './notice.ts';
import { LOADING, type Page, type View } from './page.ts';
import { dream } from './runtime.ts';
import type { Text, Texts, Values } from './texts.ts';

/** Renders an element without any network: what it would have loaded, or the state it is in. */
export interface Preview {
  bootstrap?: Partial<Bootstrap>;
  customer?: Customer | null;
  usage?: readonly UsageStatus[];
  /** What a change of plan would cost, for the dialog that asks once more. */
  planChange?: PlanChangePreview;
  products?: readonly PublicProduct[];
  /** What is in the cart. */
  cart?: readonly { priceId: string; quantity: number }[];
  /** What the edge finds different of the cart. */
  problems?: readonly CartProblem[];
  /** The order one comes back from paying for. */
  order?: OrderReceipt;
  /** The orders of who is signed in. */
  orders?: readonly OrderReceipt[];
  status?: View['status'];
  error?: { code: string; message: string };
}

/** What a preview need not say. */
const NO_BOOTSTRAP = {
  branding: { name: '', locale: null },
  tiers: [],
  signIn: { emailCode: true, password: true, oauth: [] },
  sells: true,
} as unknown as Bootstrap;

/**
 * What all elements share: the page's one state, texts in the language of the place, the
 * project's accent colour, and errors.
 */
export abstract class DreamElement extends LitElement {
  static override properties: PropertyDeclarations = {
    theme: { reflect: true },
    config: { attribute: false },
    texts: { attribute: false },
    failure: { state: true },
    busy: { state: true },
  };
  /** `light`, `dark`, or nothing: as the page's `color-scheme` says. */
  declare theme: 'light' | 'dark' | undefined;
  /** Set: the element draws this and calls nobody. */
  declare config: Preview | undefined;
  /** Texts of the site's own, by the names in the element's `.strings.ts`. */
  declare texts: Texts | undefined;
  declare protected failure: DreamError | null;
  /** The action that runs, by a name of the element's choice. */
  declare protected busy: string | null;
  /** The element's English texts. */
  protected abstract readonly english: Texts;
  /** The language to speak. */
  #wanted: string | undefined;
  /** The one whose texts are there, and these, in the order of the English ones; none for English. */
  #words: readonly [language: string, texts: readonly Text[]] | undefined;
  /** What is to be drawn has no words yet. */
  #isWordless = false;
  #translating: Promise<void> | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor() {
    super();
    this.failure = null;
    this.busy = null;
  }

  /** The page's state; throws `publishable_key_missing` when the page names no key. */
  protected get page(): Page {
    return dream.page;
  }

  /** What is to be drawn: until there are words for it, that it is loading. */
  protected get view(): View {
    return this.#isWordless ? LOADING : this.#known;
  }

  get #known(): View {
    if (this.config) return previewed(this.config);
    try {
      return this.page.view;
    } catch (error) {
      return { ...previewed({}), status: 'failed', error: toDreamError(error) };
    }
  }

  /** Of what stands in the flow of the page: one below the heading before this element. */
  protected get headingLevel(): number {
    const root = this.getRootNode() as ParentNode & Node;
    const before = [...root.querySelectorAll('h1,h2,h3,h4,h5')].findLast(
      (heading) => this.compareDocumentPosition(heading) & Node.DOCUMENT_POSITION_PRECEDING,
    );
    return Number(before?.localName[1] ?? 1) + 1;
  }

  protected get language(): string {
    return this.#words?.[0] ?? 'en';
  }

  /** A text by its name, filled in. */
  protected text(name: string, values: Values = {}): string {
    const place = Object.keys(this.english).indexOf(name);
    const text = this.texts?.[name] ?? this.#words?.[1][place] ?? this.english[name] ?? name;
    return fill(text, values, this.language);
  }

  /** What to say of an error, by its code. */
  protected say(
    error: Pick<DreamError, 'code' | 'message'>,
    byCode?: Readonly<Record<string, string>>,
  ): string {
    return sayError(error, (name) => this.text(name), byCode);
  }

  /** Stands where the first data would, when it could not be loaded. */
  protected failed(error: DreamError): TemplateResult {
    return notice(this.say(error), { label: this.text('retry'), run: () => this.retry() });
  }

  /** Stands where something will, once it is loaded. */
  protected bone(className = ''): TemplateResult {
    return html`<span
      class="bone ${className}"
      role="status"
      aria-label=${this.text('loading')}
    ></span>`;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  protected override willUpdate(): void {
    // Not sooner: a preview sets `config` right after it made the element.
    if (this.isConnected && !this.config) this.#join();
    const { bootstrap, status } = this.#known;
    // Whether the project has a language of its own is known with the first data, or never.
    const unknown = status === 'loading' ? undefined : null;
    const locale = bootstrap ? bootstrap.branding.locale : unknown;
    const wanted = languageOf(this, locale);
    if (wanted && wanted !== this.#wanted) {
      this.#wanted = wanted;
      // English is at hand, and nobody waits for it.
      if (wanted.startsWith('en')) this.#words = [wanted, []];
      else this.#translating = this.#translate(wanted);
    }
    this.#isWordless = !this.#words;
    for (const [token, value] of Object.entries(bootstrap?.branding.look ?? {}))
      this.style.setProperty(`--_our-${token}`, value);
  }

  protected override update(changed: PropertyValues): void {
    super.update(changed);
    for (const root of this.renderRoot.querySelectorAll<HTMLElement>('.root, dialog')) {
      root.lang = this.language;
      root.dir = root.lang.startsWith('ar') ? 'rtl' : 'ltr';
      root.dataset.mode = this.view.bootstrap?.mode ?? '';
    }
  }

  /** Done when what is drawn is in the language it is to be in. */
  protected override async getUpdateComplete(): Promise<boolean> {
    const isDone = await super.getUpdateComplete();
    await this.#translating;
    return isDone && super.getUpdateComplete();
  }

  /** Goes over to a language once its texts are there; to English where they cannot be loaded. */
  async #translate(language: string): Promise<void> {
    const texts = await translated(this, language, languageOf(this, undefined)).catch(() => null);
    if (language === this.#wanted) this.#words = texts ? [language, texts] : ['en', []];
    this.requestUpdate();
  }

  /** Takes part in the page's state, which is loaded for the first element that does. */
  #join(): void {
    if (this.#unsubscribe) return;
    try {
      this.#unsubscribe = this.page.subscribe(() => this.requestUpdate());
      this.joined();
    } catch (error) {
      console.error(toDreamError(error).message);
      this.#unsubscribe = () => {};
    }
  }

  /** What an element needs of the page besides its first data. */
  protected joined(): void {
    void this.page.load();
  }

  /** Tells the page from this element; false when a listener prevented what was to happen. */
  protected tell<Name extends keyof DreamEvents>(
    name: Name,
    detail: DreamEvents[Name],
    cancelable = false,
  ): boolean {
    return emit(this, name, detail, cancelable);
  }

  /**
   * Does what a visitor asked for, one thing at a time: `busy` names it meanwhile, and what goes
   * wrong is shown. In a preview nothing is done.
   */
  protected async act(name: string, work: () => Promise<unknown>): Promise<void> {
    if (this.busy !== null || this.config) return;
    this.busy = name;
    this.failure = null;
    try {
      await work();
    } catch (error) {
      this.failure = toDreamError(error);
      this.tell('dream-error', { code: this.failure.code, message: this.failure.message });
    } finally {
      this.busy = null;
    }
  }

  protected retry(): void {
    this.failure = null;
    if (!this.config) void this.page.load();
  }
}

function previewed({ bootstrap, customer, usage, status, error }: Preview): View {
  const problem = error ? new DreamError(0, error) : null;
  return {
    status: status ?? (error ? 'failed' : 'ready'),
    bootstrap: { ...NO_BOOTSTRAP, ...bootstrap },
    customer: customer ?? null,
    usage: Object.fromEntries((usage ?? []).map((each) => [each.feature, each])),
    error: problem,
  };
}
