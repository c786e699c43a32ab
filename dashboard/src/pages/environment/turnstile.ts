import type { Turnstile } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { operationsApi } from '../../operations.ts';
import { instant } from '../../ui/format.ts';
import { turnstileKeyFault } from '../../validation.ts';
import { type Changed, type KeysForm, ProviderKeysPage } from './provider-keys.ts';

/** Whether visitors are checked before a code is mailed. */
class TurnstilePage extends ProviderKeysPage<Turnstile> {
  protected readonly dropping = {
    title: 'Stop checking visitors?',
    text: 'Codes are mailed to whoever asks again, within the limits there are. The keys are forgotten here.',
    action: 'Stop checking',
  };

  protected async load(signal: AbortSignal): Promise<{ known: Turnstile | null }> {
    const { turnstile } = await operationsApi(this.context).turnstile(signal);
    return { known: turnstile };
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

  protected form(known: Turnstile | null): KeysForm {
    const key = { placeholder: '0x4AAA…', faultOf: turnstileKeyFault };
    return {
      title: known === null ? 'Check visitors' : 'Use another widget',
      keys: [
        {
          ...key,
          id: 'site-key',
          label: 'Site key',
          hint: 'Your pages show it; it is no secret. Its widget must list the domains of your pages.',
        },
        {
          ...key,
          id: 'secret-key',
          label: 'Secret key',
          type: 'password',
          hint: 'It is tried now, kept encrypted, and never shown again.',
        },
      ],
      action: 'Save',
      asking: 'Asking Cloudflare…',
    };
  }

  protected steps(): TemplateResult {
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

  protected state({ siteKey, secretKeyHint, setAtMs }: Turnstile): TemplateResult {
    const facts = [
      ['Site key', html`<code>${siteKey}</code>`],
      ['Secret key', html`ends in <code>${secretKeyHint}</code>`],
      ['Since', instant(setAtMs)],
    ] as const;
    return this.stateCard('Your widget', 'Visitors are checked', facts, nothing, 'Stop checking');
  }

  protected async put(siteKey: string, secretKey: string): Promise<Changed<Turnstile>> {
    const { turnstile } = await operationsApi(this.context).putTurnstile({ siteKey, secretKey });
    return { known: turnstile, words: 'Visitors are checked' };
  }

  protected async drop(): Promise<Changed<Turnstile>> {
    await operationsApi(this.context).dropTurnstile();
    return { known: null, words: 'Visitors are not checked any more' };
  }
}
customElements.define('page-turnstile', TurnstilePage);
