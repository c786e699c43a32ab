import type { OwnClerkApp } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { operationsApi } from '../../operations.ts';
import { codeBlock } from '../../ui/copy-button.ts';
import { instant } from '../../ui/format.ts';
import { clerkSecretFault, signingSecretFault } from '../../validation.ts';
import { type Changed, type KeysForm, ProviderKeysPage } from './provider-keys.ts';

/** Through whose Clerk application people sign in. */
class ClerkAppPage extends ProviderKeysPage<OwnClerkApp> {
  protected readonly dropping = {
    title: 'Go back to the shared application?',
    text: 'Passwords set with yours are void then: people sign in by a code from their e-mail. What is at Clerk stays there.',
    action: 'Go back',
  };

  protected async load(signal: AbortSignal): Promise<{ known: OwnClerkApp | null }> {
    const { clerkApp } = await operationsApi(this.context).clerkApp(signal);
    return { known: clerkApp };
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

  protected form(app: OwnClerkApp | null): KeysForm {
    const { mode } = this.context;
    return {
      title: app === null ? 'Use your own' : 'Change its keys, or the application',
      text:
        app === null
          ? 'Passwords people have set are void then: they sign in by a code from their e-mail, and may set a new one. Nobody loses anything else.'
          : 'Another key of the same application changes nothing for anybody. With another application, passwords set in this one are void.',
      keys: [
        {
          id: 'secret-key',
          label: 'Secret key',
          type: 'password',
          placeholder: `sk_${mode}_…`,
          hint: 'At Clerk under API keys. It is tried now, kept encrypted, and never shown again.',
          faultOf: (value) => clerkSecretFault(value, mode),
        },
        {
          id: 'webhook-secret',
          label: 'Signing secret of the webhook (may follow later)',
          type: 'password',
          placeholder: 'whsec_…',
          hint:
            app === null
              ? 'The address for the webhook is shown here once the key is saved.'
              : 'Left empty, the one that is there stays.',
          faultOf: signingSecretFault,
        },
      ],
      action: app === null ? 'Use this application' : 'Save',
      asking: 'Asking Clerk…',
    };
  }

  protected steps(): TemplateResult {
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

  protected state(app: OwnClerkApp): TemplateResult {
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
    const more = html`
      ${
        app.webhookSecretLast4 === null
          ? html`<p>
              One thing is left: add a webhook at Clerk with this address, and save its signing secret
              below. Until then nobody here hears of people deleted at Clerk.
            </p>`
          : nothing
      }
      ${codeBlock(app.webhookUrl, 'the address of the webhook', 'Where Clerk sends its events')}
    `;
    return this.stateCard('Your application', 'In use', facts, more, 'Go back to the shared one');
  }

  protected async put(secretKey: string, webhookSecret: string): Promise<Changed<OwnClerkApp>> {
    const { clerkApp, passwordsEnded } = await operationsApi(this.context).putClerkApp({
      secretKey,
      ...(webhookSecret && { webhookSecret }),
    });
    return { known: clerkApp, words: savedWords(passwordsEnded) };
  }

  protected async drop(): Promise<Changed<OwnClerkApp>> {
    const { passwordsEnded } = await operationsApi(this.context).dropClerkApp();
    return { known: null, words: savedWords(passwordsEnded) };
  }
}
customElements.define('page-clerk-app', ClerkAppPage);

const savedWords = (passwordsEnded: number): string =>
  passwordsEnded === 0 ? 'Saved' : `Saved. Passwords that are void now: ${passwordsEnded}`;
