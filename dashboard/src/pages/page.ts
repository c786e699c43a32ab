import { LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { type ApiError, toApiError } from '../api.ts';
import type { Context } from '../context.ts';
import { type EnvironmentApi, environmentApi } from '../environment.ts';
import { dismissQuestion } from '../ui/confirm.ts';
import { skeleton, troubleNotice } from '../ui/notice.ts';
import { releaseUnsaved } from '../ui/unsaved.ts';

/**
 * A page: loads its data when it comes into view and shows a skeleton meanwhile, and what went wrong
 * with a way to try again. It is drawn into the document itself, where the widgets look for their
 * elements and one style sheet reaches.
 */
export abstract class Page<T> extends LitElement {
  static override properties: PropertyDeclarations = {
    context: { attribute: false },
    data: { state: true },
    loadFailure: { state: true },
    failure: { state: true },
    busy: { state: true },
  };
  declare context: Context;
  declare protected data: T | null;
  declare protected loadFailure: ApiError | null;
  /** What went wrong with what was last asked for on the page. */
  declare protected failure: ApiError | null;
  /** The action that runs, by a name of the page's choice. */
  declare protected busy: string | null;
  /** Resolves when the page is drawn with its first data, or says why there is none. */
  settled: Promise<void> = Promise.resolve();
  #aborter = new AbortController();

  constructor() {
    super();
    this.data = null;
    this.loadFailure = null;
    this.failure = null;
    this.busy = null;
  }

  /** Everything the page needs before it can be drawn. */
  protected abstract load(signal: AbortSignal): Promise<T>;
  /** The heading, also while the rest is on its way. */
  protected abstract head(): TemplateResult;
  protected abstract body(data: T): TemplateResult;

  /** The calls of the environment of the path. */
  protected get environment(): EnvironmentApi {
    const { call, mode } = this.context;
    return environmentApi(call, this.projectId, mode);
  }

  protected get projectId(): string {
    return this.context.params.project ?? '';
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.classList.add('page');
    this.#aborter = new AbortController();
    this.settled = this.reload().then(async () => void (await this.updateComplete));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#aborter.abort();
    releaseUnsaved();
    dismissQuestion();
  }

  /** Loads again; what is shown stays until the new data is there. */
  async reload(): Promise<void> {
    const { signal } = this.#aborter;
    this.loadFailure = null;
    try {
      this.data = await this.load(signal);
    } catch (error) {
      if (!signal.aborted) this.loadFailure = toApiError(error);
    }
  }

  /** Tries again what a lost session or connection kept from loading. */
  recover(): void {
    if (this.loadFailure) void this.reload();
    this.failure = null;
  }

  /** Does what was asked for, one thing at a time; what goes wrong is shown. Whether it went well. */
  protected async act(name: string, work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy !== null) return false;
    this.busy = name;
    this.failure = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.failure = toApiError(error);
      void this.#showFailure();
      return false;
    } finally {
      this.busy = null;
    }
  }

  /** What went wrong stands above all else, and may be out of sight where the button is. */
  async #showFailure(): Promise<void> {
    await this.updateComplete;
    this.querySelector(':scope > .alert')?.scrollIntoView({ block: 'nearest' });
  }

  override render(): TemplateResult | unknown[] {
    return [this.head(), troubleNotice(this.failure), this.#content()];
  }

  #content(): unknown {
    if (this.loadFailure) return troubleNotice(this.loadFailure, () => void this.reload());
    if (this.data === null) return skeleton();
    return this.body(this.data) ?? nothing;
  }
}
