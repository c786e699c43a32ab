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
import { type TriedCall, testCallCard } from './test-call.ts';

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
    feature: { state: true },
    tried: { state: true },
  };
  declare private pageTab: string;
  declare private serverTab: string;
  /** The feature a test call counts; empty for the first there is. */
  declare private feature: string;
  declare private tried: TriedCall | null;

  constructor() {
    super();
    this.pageTab = 'html';
    this.serverTab = 'express';
    this.feature = '';
    this.tried = null;
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
      ${this.#trying(tiers)}
    `;
  }

  #trying(tiers: readonly Tier[]): TemplateResult {
    const counted = tiers.flatMap(({ features }) =>
      features.filter(({ kind }) => kind !== 'boolean'),
    );
    const features = [...new Set(counted.map(({ name }) => name))];
    const feature = this.feature || (features[0] ?? 'requests');
    return testCallCard({
      edge: this.context.edge,
      projectId: this.projectId,
      mode: this.context.mode,
      features,
      feature,
      tried: this.tried,
      isBusy: this.busy === 'try',
      choose: (name) => (this.feature = name),
      send: () => void this.#try(feature),
    });
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

  async #try(feature: string): Promise<void> {
    await this.act('try', async () => {
      const idempotencyKey = crypto.randomUUID();
      const answer = await this.environment.testCall(feature, idempotencyKey);
      this.tried = { feature, idempotencyKey, answer };
    });
  }
}
customElements.define('page-integrate', IntegratePage);
