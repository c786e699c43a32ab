import type { Tier } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { assistantPrompt } from '../../assistant-prompt.ts';
import { noShiftCss } from '../../no-shift.ts';
import { paths } from '../../paths.ts';
import {
  checkoutSnippet,
  pageSnippets,
  serverSnippets,
  type Snippet,
  type SnippetFacts,
} from '../../snippets.ts';
import { codeBlock } from '../../ui/copy-button.ts';
import { tabs } from '../../ui/tabs.ts';
import { Page } from '../page.ts';

interface Data {
  publishableKey: string;
  tiers: readonly Tier[];
}

/** Everything to paste, with this project's key and tiers in it. */
class IntegratePage extends Page<Data> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    pageTab: { state: true },
    serverTab: { state: true },
    answer: { state: true },
  };
  declare private pageTab: string;
  declare private serverTab: string;
  declare private answer: { status: number; text: string } | null;

  constructor() {
    super();
    this.pageTab = 'html';
    this.serverTab = 'express';
    this.answer = null;
  }

  protected async load(signal: AbortSignal): Promise<Data> {
    const [{ publishableKey }, { tiers }] = await Promise.all([
      this.environment.keys(signal),
      this.environment.tiers(signal),
    ]);
    return { publishableKey, tiers };
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Integrate</h1>
        <p>Paste this into your site. Your ${this.context.mode} key and your tiers are filled in already.</p>
      </div>
    </div>`;
  }

  protected body({ publishableKey, tiers }: Data): TemplateResult {
    const listed = tiers.filter((tier) => tier.listed);
    const facts: SnippetFacts = {
      edge: this.context.edge,
      publishableKey,
      mode: this.context.mode,
      paidTier: tiers.find(({ prices }) => prices.length > 0)?.name ?? null,
    };
    const checkout = checkoutSnippet(facts);
    return html`
      <section class="card" aria-labelledby="page-title">
        <h2 id="page-title">1. In your page</h2>
        ${this.#tabbed('page', pageSnippets(facts), this.pageTab, (id) => (this.pageTab = id))}
        <details>
          <summary>CSS that keeps the page from moving while it loads</summary>
          ${codeBlock(noShiftCss(listed), 'the CSS', 'In your style sheet')}
        </details>
      </section>
      <section class="card" aria-labelledby="server-title">
        <div>
          <h2 id="server-title">2. On your server</h2>
          <p class="muted">
            Before each thing you count, ask. The secret key is on the
            <a href=${paths.keys(this.projectId, this.context.mode)}>Keys</a> page; it never belongs into a page.
          </p>
        </div>
        ${this.#tabbed('server', serverSnippets(facts), this.serverTab, (id) => (this.serverTab = id))}
        ${
          checkout === null
            ? nothing
            : html`<details>
                <summary>Sell the upgrade from your server</summary>
                ${codeBlock(checkout, 'the checkout call', 'Answers a url to send the customer to')}
              </details>`
        }
      </section>
      <section class="card" aria-labelledby="assistant-title">
        <div>
          <h2 id="assistant-title">Or let an assistant do it</h2>
          <p class="muted">
            Paste this into the tool you write code with. It reads
            <a href=${`${facts.edge}/llms.txt`} target="_blank" rel="noreferrer">llms.txt</a>, which is made of
            the same source as the API.
          </p>
        </div>
        ${codeBlock(assistantPrompt({ ...facts, tiers: listed }), 'the prompt', 'For a coding assistant')}
      </section>
      <section class="card" aria-labelledby="try-title">
        <div class="card-head">
          <div>
            <h2 id="try-title">3. Try it</h2>
            <p class="muted">Asks the edge for your price table with the publishable key, as your page will.</p>
          </div>
          <button class="button primary" type="button" aria-disabled=${String(this.busy !== null)} @click=${() => void this.#try(facts)}>
            ${this.busy ? 'Asking…' : 'Send a test call'}
          </button>
        </div>
        <div class="answer" aria-live="polite">${this.#answer()}</div>
      </section>
    `;
  }

  #answer(): TemplateResult | typeof nothing {
    if (this.answer === null) return nothing;
    const { status, text } = this.answer;
    return html`<div class="stack">
      <p><span class="badge ${status < 400 ? 'good' : 'bad'}">HTTP ${status}</span></p>
      ${codeBlock(text, 'the answer', 'What the edge answered')}
    </div>`;
  }

  #tabbed(
    name: string,
    snippets: readonly Snippet[],
    current: string,
    choose: (id: string) => void,
  ): TemplateResult {
    const shown = snippets.find(({ id }) => id === current) ?? snippets[0];
    return tabs({
      name,
      items: snippets.map(({ id, title }) => ({ id, words: title })),
      current,
      choose,
      panel: shown ? codeBlock(shown.code, `the ${shown.title} code`, shown.where) : nothing,
    });
  }

  async #try({ edge, publishableKey }: SnippetFacts): Promise<void> {
    await this.act('try', async () => {
      this.answer = null;
      const answer = await fetch(`${edge}/api/tiers?pk=${encodeURIComponent(publishableKey)}`);
      const text = JSON.stringify(await answer.json(), null, 2);
      this.answer = { status: answer.status, text };
    });
  }
}
customElements.define('page-integrate', IntegratePage);
