import type { OwnClerkApp } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { operationsApi } from '../../operations.ts';
import { confirm } from '../../ui/confirm.ts';
import { codeBlock } from '../../ui/copy-button.ts';
import { field } from '../../ui/field.ts';
import { instant } from '../../ui/format.ts';
import { toast } from '../../ui/toast.ts';
import { guardUnsaved } from '../../ui/unsaved.ts';
import { clerkSecretFault, signingSecretFault } from '../../validation.ts';
import { Page } from '../page.ts';

interface Data {
  app: OwnClerkApp | null;
}

/** The Clerk application people sign in with: the shared one, or the developer's own. */
class ClerkAppPage extends Page<Data> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    secretKey: { state: true },
    webhookSecret: { state: true },
    tried: { state: true },
  };
  declare private secretKey: string;
  declare private webhookSecret: string;
  declare private tried: boolean;

  constructor() {
    super();
    this.secretKey = '';
    this.webhookSecret = '';
    this.tried = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    guardUnsaved(() => this.secretKey !== '' || this.webhookSecret !== '');
  }

  protected async load(signal: AbortSignal): Promise<Data> {
    return { app: (await operationsApi(this.context).clerkApp(signal)).clerkApp };
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Own Clerk app</h1>
        <p>
          People sign in through an application that all projects share. With one of your own, codes are
          mailed in your name, and sign-in with Google, GitHub and others is as you set it up.
        </p>
      </div>
    </div>`;
  }

  protected body({ app }: Data): TemplateResult {
    return html`${app === null ? this.#steps() : this.#state(app)}
      <form class="card" @submit=${this.#put} novalidate aria-labelledby="put-title">
        <h2 id="put-title">${app === null ? 'Use your own' : 'Change its keys, or the application'}</h2>
        <p class="muted">
          ${
            app === null
              ? 'Passwords people have set are void then: they sign in by a code from their e-mail, and may set a new one. Nobody loses anything else.'
              : 'Another key of the same application changes nothing for anybody. With another application, passwords set in this one are void.'
          }
        </p>
        ${field({
          id: 'secret-key',
          label: 'Secret key',
          value: this.secretKey,
          type: 'password',
          code: true,
          placeholder: `sk_${this.context.mode}_…`,
          hint: 'At Clerk under API keys. It is tried now, kept encrypted, and never shown again.',
          fault: this.tried ? clerkSecretFault(this.secretKey, this.context.mode) : null,
          onInput: (value) => (this.secretKey = value),
        })}
        ${field({
          id: 'webhook-secret',
          label: 'Signing secret of the webhook (may follow later)',
          value: this.webhookSecret,
          type: 'password',
          code: true,
          placeholder: 'whsec_…',
          hint:
            app === null
              ? 'The address for the webhook is shown here once the key is saved.'
              : 'Left empty, the one that is there stays.',
          fault: this.tried ? signingSecretFault(this.webhookSecret) : null,
          onInput: (value) => (this.webhookSecret = value),
        })}
        <div class="buttons">
          <button class="button primary" aria-disabled=${String(this.busy !== null)}>
            ${this.busy === 'put' ? 'Asking Clerk…' : app === null ? 'Use this application' : 'Save'}
          </button>
        </div>
      </form>`;
  }

  #steps(): TemplateResult {
    return html`<section class="card" aria-labelledby="steps-title">
      <div class="card-head">
        <h2 id="steps-title">How it is done</h2>
        <span class="badge">Shared application</span>
      </div>
      <ol class="stack how">
        <li>
          At <a href="https://dashboard.clerk.com" target="_blank" rel="noreferrer">dashboard.clerk.com</a>
          make an application, with e-mail codes on. For ${this.context.mode} mode take its
          ${this.context.mode === 'live' ? 'production' : 'development'} instance.
        </li>
        <li>Switch on the providers people are to sign in with, then name them in Settings here.</li>
        <li>Copy its secret key to the field below.</li>
        <li>
          Add a webhook at Clerk with the address shown here then, for <code>user.deleted</code>,
          <code>user.updated</code> and <code>session.revoked</code>, and bring its signing secret.
        </li>
      </ol>
    </section>`;
  }

  #state(app: OwnClerkApp): TemplateResult {
    const facts: [string, unknown][] = [
      ['Instance', html`<code>${app.instanceId}</code>`],
      ['Host', html`<code>${app.host}</code>`],
      ['Secret key', html`ends in <code>${app.secretKeyLast4}</code>`],
      [
        'Signing secret',
        app.webhookSecretLast4 === null
          ? html`<span class="badge amber">missing</span>`
          : html`ends in <code>${app.webhookSecretLast4}</code>`,
      ],
      ['Since', instant(app.connectedAtMs)],
    ];
    return html`<section class="card" aria-labelledby="state-title">
      <div class="card-head">
        <h2 id="state-title">Your application</h2>
        <span class="badge good">In use</span>
      </div>
      <dl class="fact-grid">
        ${facts.map(([term, words]) => html`<div><dt>${term}</dt><dd class="anywhere">${words}</dd></div>`)}
      </dl>
      ${
        app.webhookSecretLast4 === null
          ? html`<p>
              One thing is left: add a webhook at Clerk with this address, and save its signing secret
              below. Until then nobody here hears of people deleted at Clerk.
            </p>`
          : nothing
      }
      ${codeBlock(app.webhookUrl, 'the address of the webhook', 'Where Clerk sends its events')}
      <div class="buttons">
        <button
          class="button danger"
          type="button"
          aria-disabled=${String(this.busy !== null)}
          @click=${() => void this.#drop()}
        >
          Go back to the shared one
        </button>
      </div>
    </section>`;
  }

  readonly #put = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.tried = true;
    const { secretKey, webhookSecret } = this;
    if (clerkSecretFault(secretKey, this.context.mode) || signingSecretFault(webhookSecret)) {
      await this.updateComplete;
      this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    await this.act('put', async () => {
      const given = webhookSecret.trim();
      const { clerkApp, passwordsEnded } = await operationsApi(this.context).putClerkApp({
        secretKey: secretKey.trim(),
        ...(given && { webhookSecret: given }),
      });
      this.data = { app: clerkApp };
      this.secretKey = '';
      this.webhookSecret = '';
      this.tried = false;
      toast(savedWords(passwordsEnded));
    });
  };

  async #drop(): Promise<void> {
    const sure = await confirm({
      title: 'Go back to the shared application?',
      text: 'Passwords set with yours are void then: people sign in by a code from their e-mail. What is at Clerk stays there.',
      action: 'Go back',
      danger: true,
    });
    if (!sure) return;
    await this.act('drop', async () => {
      const { passwordsEnded } = await operationsApi(this.context).dropClerkApp();
      this.data = { app: null };
      toast(savedWords(passwordsEnded));
    });
  }
}
customElements.define('page-clerk-app', ClerkAppPage);

const savedWords = (passwordsEnded: number): string =>
  passwordsEnded === 0 ? 'Saved' : `Saved. Passwords that are void now: ${passwordsEnded}`;
