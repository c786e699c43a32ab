import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { MOST } from '../../bounds.ts';
import { boundNear, boundTold } from '../../ui/bound.ts';
import { field } from '../../ui/field.ts';
import { icons } from '../../ui/icons.ts';
import { emptyState } from '../../ui/notice.ts';
import { toast } from '../../ui/toast.ts';
import { tableCard } from '../../ui/table.ts';
import { originFault } from '../../validation.ts';
import { Page } from '../page.ts';

/** The sites on which the publishable key works. */
class OriginsPage extends Page<readonly string[]> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    typed: { state: true },
    tried: { state: true },
  };
  declare private typed: string;
  declare private tried: boolean;

  constructor() {
    super();
    this.typed = '';
    this.tried = false;
  }

  protected async load(signal: AbortSignal): Promise<readonly string[]> {
    return (await this.environment.origins(signal)).origins;
  }

  protected head(): TemplateResult {
    const text =
      this.context.mode === 'test'
        ? 'In test mode the publishable key works on every site. Those listed are where Stripe may send your customers back to.'
        : 'In live mode the publishable key works on these sites and no others.';
    return html`<div class="page-head">
      <div>
        <h1>Origins</h1>
        <p>${text}</p>
      </div>
    </div>`;
  }

  protected body(origins: readonly string[]): TemplateResult {
    const fault = this.tried ? originFault(this.typed) : null;
    const adding = html`<form class="card" @submit=${this.#add} novalidate>
        <div class="row">
          ${field({
            id: 'origin',
            label: 'Add an origin',
            value: this.typed,
            placeholder: 'https://example.com',
            code: true,
            fault,
            hint: html`Scheme and host, like <code>https://example.com</code>. A star stands for any
              subdomain: <code>https://*.example.com</code>.`,
            onInput: (value) => (this.typed = value),
          })}
        </div>
        <div class="buttons">
          <button class="button primary" aria-disabled=${String(this.busy !== null)}>
            ${this.busy === 'add' ? 'Adding…' : 'Add'}
          </button>
        </div>
      </form>`;
    const most = MOST.origins;
    const howToGoOn = 'Remove one to add another; a star stands for any subdomain.';
    return html`
      ${boundNear(origins.length, most, 'origins', howToGoOn)}
      ${origins.length < most ? adding : nothing}
      ${
        origins.length === 0
          ? emptyState('No origin listed', 'Add the address of your site, as the browser shows it.')
          : html`${this.#table(origins)} ${boundTold(origins.length, most, 'origins')}`
      }
    `;
  }

  #table(origins: readonly string[]): TemplateResult {
    return tableCard(
      'Allowed origins',
      ['Origin', ''],
      origins.map(
        (origin) =>
          html`<tr>
                <td data-label="Origin">
                  <code>${origin}</code>
                  ${origin.includes('*') ? html`<span class="badge">any subdomain</span>` : nothing}
                </td>
                <td class="actions">
                  <div class="buttons">
                    <button
                      class="button quiet"
                      type="button"
                      aria-label="Remove ${origin}"
                      @click=${() => void this.#remove(origin)}
                    >
                      ${icons.trash} Remove
                    </button>
                  </div>
                </td>
              </tr>`,
      ),
    );
  }

  readonly #add = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.tried = true;
    if (originFault(this.typed) !== null) {
      this.querySelector<HTMLElement>('#origin')?.focus();
      return;
    }
    const added = this.typed.trim();
    const put = (known: readonly string[]) => [...new Set([...known, added])];
    if (await this.#save('add', put, 'Origin added')) {
      this.typed = '';
      this.tried = false;
    }
  };

  async #remove(origin: string): Promise<void> {
    await this.#save(
      'remove',
      (known) => known.filter((each) => each !== origin),
      'Origin removed',
    );
  }

  /** The list is read again first, so that what somebody else listed meanwhile stays. */
  #save(
    name: string,
    change: (known: readonly string[]) => string[],
    words: string,
  ): Promise<boolean> {
    return this.act(name, async () => {
      const { origins: known } = await this.environment.origins();
      const { origins } = await this.environment.putOrigins(change(known));
      this.data = origins;
      toast(words);
    });
  }
}
customElements.define('page-origins', OriginsPage);
