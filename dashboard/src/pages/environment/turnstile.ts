import type { Turnstile } from '@dream/contract';
import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { operationsApi } from '../../operations.ts';
import { confirm } from '../../ui/confirm.ts';
import { field } from '../../ui/field.ts';
import { instant } from '../../ui/format.ts';
import { toast } from '../../ui/toast.ts';
import { guardUnsaved } from '../../ui/unsaved.ts';
import { turnstileKeyFault } from '../../validation.ts';
import { Page } from '../page.ts';

interface Data {
  turnstile: Turnstile | null;
}

/** Whether visitors are checked before a code is mailed. */
class TurnstilePage extends Page<Data> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    siteKey: { state: true },
    secretKey: { state: true },
    tried: { state: true },
  };
  declare private siteKey: string;
  declare private secretKey: string;
  declare private tried: boolean;

  constructor() {
    super();
    this.siteKey = '';
    this.secretKey = '';
    this.tried = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    guardUnsaved(() => this.siteKey !== '' || this.secretKey !== '');
  }

  protected async load(signal: AbortSignal): Promise<Data> {
    return operationsApi(this.context).turnstile(signal);
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Turnstile</h1>
        <p>
          Cloudflare checks, mostly unseen, that a visitor is a person, before a code is mailed or a
          password is tried. Good against those who sign up by machine.
        </p>
      </div>
    </div>`;
  }

  protected body({ turnstile }: Data): TemplateResult {
    return html`${turnstile === null ? this.#steps() : this.#state(turnstile)}
      <form class="card" @submit=${this.#put} novalidate aria-labelledby="put-title">
        <h2 id="put-title">${turnstile === null ? 'Check visitors' : 'Use another widget'}</h2>
        ${field({
          id: 'site-key',
          label: 'Site key',
          value: this.siteKey,
          code: true,
          placeholder: '0x4AAA…',
          hint: 'Your pages show it; it is no secret. Its widget must list the domains of your pages.',
          fault: this.tried ? turnstileKeyFault(this.siteKey) : null,
          onInput: (value) => (this.siteKey = value),
        })}
        ${field({
          id: 'secret-key',
          label: 'Secret key',
          value: this.secretKey,
          type: 'password',
          code: true,
          placeholder: '0x4AAA…',
          hint: 'It is tried now, kept encrypted, and never shown again.',
          fault: this.tried ? turnstileKeyFault(this.secretKey) : null,
          onInput: (value) => (this.secretKey = value),
        })}
        <div class="buttons">
          <button class="button primary" aria-disabled=${String(this.busy !== null)}>
            ${this.busy === 'put' ? 'Asking Cloudflare…' : 'Save'}
          </button>
        </div>
      </form>`;
  }

  #steps(): TemplateResult {
    return html`<section class="card" aria-labelledby="steps-title">
      <div class="card-head">
        <h2 id="steps-title">How it is done</h2>
        <span class="badge">Off</span>
      </div>
      <ol class="stack how">
        <li>
          At <a href="https://dash.cloudflare.com/?to=/:account/turnstile" target="_blank" rel="noreferrer"
            >dash.cloudflare.com</a
          >
          add a Turnstile widget in managed mode, and list the domains of your pages.
        </li>
        <li>Copy its site key and its secret key to the fields below.</li>
        <li>Sign up once on your own page, to see that it lets people in.</li>
      </ol>
    </section>`;
  }

  #state({ siteKey, secretKeyHint, setAtMs }: Turnstile): TemplateResult {
    return html`<section class="card" aria-labelledby="state-title">
      <div class="card-head">
        <h2 id="state-title">Your widget</h2>
        <span class="badge good">Visitors are checked</span>
      </div>
      <dl class="fact-grid">
        <div><dt>Site key</dt><dd class="anywhere"><code>${siteKey}</code></dd></div>
        <div><dt>Secret key</dt><dd>ends in <code>${secretKeyHint}</code></dd></div>
        <div><dt>Since</dt><dd>${instant(setAtMs)}</dd></div>
      </dl>
      <div class="buttons">
        <button
          class="button danger"
          type="button"
          aria-disabled=${String(this.busy !== null)}
          @click=${() => void this.#drop()}
        >
          Stop checking
        </button>
      </div>
    </section>`;
  }

  readonly #put = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.tried = true;
    const siteKey = this.siteKey.trim();
    const secretKey = this.secretKey.trim();
    if (turnstileKeyFault(siteKey) || turnstileKeyFault(secretKey)) {
      await this.updateComplete;
      this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    await this.act('put', async () => {
      this.data = await operationsApi(this.context).putTurnstile({ siteKey, secretKey });
      this.siteKey = '';
      this.secretKey = '';
      this.tried = false;
      toast('Visitors are checked');
    });
  };

  async #drop(): Promise<void> {
    const sure = await confirm({
      title: 'Stop checking visitors?',
      text: 'Codes are mailed to whoever asks again, within the limits there are. The keys are forgotten here.',
      action: 'Stop checking',
      danger: true,
    });
    if (!sure) return;
    await this.act('drop', async () => {
      this.data = await operationsApi(this.context).dropTurnstile();
      toast('Visitors are not checked any more');
    });
  }
}
customElements.define('page-turnstile', TurnstilePage);
