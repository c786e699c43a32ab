import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { confirm } from '../../ui/confirm.ts';
import { field } from '../../ui/field.ts';
import { toast } from '../../ui/toast.ts';
import { guardUnsaved } from '../../ui/unsaved.ts';
import { Page } from '../page.ts';

/** One of the keys, as it is asked for. */
export interface KeyField {
  id: string;
  label: string;
  type?: string;
  placeholder: string;
  hint: string;
  faultOf: (value: string) => string | null;
}

/** What is said around the two keys. */
export interface KeysForm {
  title: string;
  text?: string;
  keys: readonly [KeyField, KeyField];
  action: string;
  asking: string;
}

/** What is there after a change, and what to say of it. */
export interface Changed<T> {
  known: T | null;
  words: string;
}

/** A page of a provider that a project brings itself: what is there, and two keys to set or to change it. */
export abstract class ProviderKeysPage<T> extends Page<{ known: T | null }> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    typed: { state: true },
    tried: { state: true },
  };
  declare private typed: readonly [string, string];
  declare private tried: boolean;

  constructor() {
    super();
    this.typed = ['', ''];
    this.tried = false;
  }

  /** How to come by the keys, while there are none. */
  protected abstract steps(): TemplateResult;
  protected abstract state(known: T): TemplateResult;
  protected abstract form(known: T | null): KeysForm;
  protected abstract put(first: string, second: string): Promise<Changed<T>>;
  protected abstract drop(): Promise<Changed<T>>;
  /** What is asked before the keys are forgotten. */
  protected abstract readonly dropping: { title: string; text: string; action: string };

  override connectedCallback(): void {
    super.connectedCallback();
    guardUnsaved(() => this.typed.some((value) => value !== ''));
  }

  protected body({ known }: { known: T | null }): TemplateResult {
    const { title, text, keys, action, asking } = this.form(known);
    const isPutting = this.busy === 'put';
    return html`${known === null ? this.steps() : this.state(known)}
      <form class="card" @submit=${this.#put} novalidate aria-labelledby="put-title">
        <h2 id="put-title">${title}</h2>
        ${text === undefined ? nothing : html`<p class="muted">${text}</p>`}
        ${keys.map(({ faultOf, ...key }, index) =>
          field({
            ...key,
            code: true,
            value: this.typed[index] ?? '',
            fault: this.tried ? faultOf(this.typed[index] ?? '') : null,
            onInput: (value) => this.#type(index, value),
          }),
        )}
        <div class="buttons">
          <button class="button primary" aria-disabled=${String(this.busy !== null)}>
            ${isPutting ? asking : action}
          </button>
        </div>
      </form>`;
  }

  /** A card of what is there, with the button that forgets it. */
  protected stateCard(
    title: string,
    badge: string,
    facts: readonly (readonly [string, unknown])[],
    more: unknown,
    dropWords: string,
  ): TemplateResult {
    return html`<section class="card" aria-labelledby="state-title">
      <div class="card-head">
        <h2 id="state-title">${title}</h2>
        <span class="badge good">${badge}</span>
      </div>
      <dl class="fact-grid">
        ${facts.map(([term, words]) => html`<div><dt>${term}</dt><dd class="anywhere">${words}</dd></div>`)}
      </dl>
      ${more}
      <div class="buttons">
        <button
          class="button danger"
          type="button"
          aria-disabled=${String(this.busy !== null)}
          @click=${() => void this.#drop()}
        >
          ${dropWords}
        </button>
      </div>
    </section>`;
  }

  #type(index: number, value: string): void {
    const [first, second] = this.typed;
    this.typed = index === 0 ? [value, second] : [first, value];
  }

  readonly #put = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.tried = true;
    const { keys } = this.form(this.data?.known ?? null);
    if (keys.some(({ faultOf }, index) => faultOf(this.typed[index] ?? '') !== null)) {
      await this.updateComplete;
      this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    await this.act('put', async () => {
      const [first, second] = this.typed;
      this.#changed(await this.put(first.trim(), second.trim()));
      this.typed = ['', ''];
      this.tried = false;
    });
  };

  async #drop(): Promise<void> {
    if (!(await confirm({ ...this.dropping, danger: true }))) return;
    await this.act('drop', async () => this.#changed(await this.drop()));
  }

  #changed({ known, words }: Changed<T>): void {
    this.data = { known };
    toast(words);
  }
}
