import type { Connection, Product } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { paths } from '../../paths.ts';
import { type Mark, saleMark, stockMark } from '../../product-state.ts';
import { productWith } from '../../product-draft.ts';
import { shopApi } from '../../shop.ts';
import { money } from '../../ui/format.ts';
import { icons } from '../../ui/icons.ts';
import { emptyState } from '../../ui/notice.ts';
import { toast } from '../../ui/toast.ts';
import { ListPage, type Part, type Rows } from '../list-page.ts';

type Filter = { q: string; archived: string };

const ARCHIVED_CHOICES = [
  ['', 'On sale and hidden'],
  ['true', 'Archived'],
] as const;

/** What a shop sells, in the order it is shown. */
class ProductsPage extends ListPage<Product, Filter> {
  static override properties: PropertyDeclarations = {
    ...ListPage.properties,
    via: { state: true },
  };
  /** How prices reach Stripe; undefined until that is known. */
  declare private via: Connection['via'] | undefined;
  protected readonly heads = ['Product', 'Price', 'Stock', 'State', ''];

  constructor() {
    super({ q: '', archived: '' });
    this.via = undefined;
  }

  protected get words() {
    const lookedThrough = this.filter.q
      ? 'Names, categories, variants and SKUs were looked through.'
      : 'A product you archive is kept here.';
    return { label: 'Products', one: 'product', many: 'products', lookedThrough };
  }

  protected override async load(signal: AbortSignal): Promise<Rows<Product>> {
    const [rows, { connection }] = await Promise.all([
      super.load(signal),
      this.environment.connection(signal),
    ]);
    this.via = connection.via;
    return rows;
  }

  protected async rowsOf(
    { q, archived }: Filter,
    page: Part,
    signal?: AbortSignal,
  ): Promise<Rows<Product>> {
    const filter = { q: q.trim().slice(0, 120), archived: archived === 'true' };
    const { products, nextCursor } = await shopApi(this.context).products(filter, page, signal);
    return { rows: products, nextCursor };
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Products</h1>
        <p>What your shop sells, in the order it is shown: pictures, prices and stock.</p>
      </div>
      <a class="button primary" href=${this.#newPath()}>${icons.plus} New product</a>
    </div>`;
  }

  #newPath(): string {
    return paths.newProduct(this.projectId, this.context.mode);
  }

  protected nothingYet(): TemplateResult {
    return html`${emptyState(
      'What do you sell?',
      'Add a product with a picture and a price. The shop on your page shows it a few seconds later.',
      html`<a class="button primary" href=${this.#newPath()}>Add the first product</a>`,
    )}
    <p class="muted small">
      Looking for one you took out of sale?
      <button class="button quiet" type="button" @click=${() => this.look({ archived: 'true' })}>
        Show archived products
      </button>
    </p>`;
  }

  protected override tools(): unknown {
    return [
      this.#stripeFirst(),
      this.lookers(
        this.search('Search products', 'q'),
        this.choose('Which products', 'archived', ARCHIVED_CHOICES),
      ),
    ];
  }

  #stripeFirst(): TemplateResult | typeof nothing {
    return this.via === null
      ? html`<div class="alert amber">
          <p>
            Nothing can be bought yet: prices are made in your Stripe account.
            <a href=${paths.stripe(this.projectId, this.context.mode)}>Connect it</a>; your products
            are published by themselves then.
          </p>
        </div>`
      : nothing;
  }

  protected row(product: Product, index: number, data: Rows<Product>): TemplateResult {
    const { id, name, category, images, variants } = product;
    return html`<tr>
      <td data-label="Product">
        <div class="with-picture">
          ${
            images[0]
              ? html`<img class="thumb" src=${images[0].smallUrl} alt="" loading="lazy" width="40" height="40" />`
              : html`<span class="thumb" aria-hidden="true">${icons.products}</span>`
          }
          <div>
            <a href=${paths.product(this.projectId, this.context.mode, id)}>${name}</a>
            ${detailOf(category, variants.length)}
          </div>
        </div>
      </td>
      <td data-label="Price" class="nowrap">${pricesOf(product)}</td>
      <td data-label="Stock">${badge(stockMark(product))}</td>
      <td data-label="State">${this.via === undefined ? nothing : badge(saleMark(product, this.via))}</td>
      <td class="actions"><div class="buttons">${this.#actions(product, index, data)}</div></td>
    </tr>`;
  }

  #actions(product: Product, index: number, data: Rows<Product>): unknown {
    const { name, visible, archivedAtMs } = product;
    const busy = String(this.busy !== null);
    if (archivedAtMs !== null) return nothing;
    return html`${this.filter.q ? nothing : this.#movers(product, index, data)}
      <button
        class="button"
        type="button"
        aria-disabled=${busy}
        aria-label="${visible ? 'Hide' : 'Show'} ${name}"
        @click=${() => void this.#setVisible(product, !visible)}
      >
        ${visible ? 'Hide' : 'Show'}
      </button>`;
  }

  #movers({ id, name }: Product, index: number, { rows, nextCursor }: Rows<Product>): unknown {
    const mover = (way: 'up' | 'down', isEnd: boolean) =>
      html`<button
        class="button quiet icon"
        type="button"
        id="${way}-${id}"
        aria-label="Move ${name} ${way}"
        aria-disabled=${String(isEnd || this.busy !== null)}
        @click=${() => !isEnd && void this.#move(id, name, index, way)}
      >
        ${icons[way]}
      </button>`;
    const isLast = index === rows.length - 1 && nextCursor === null;
    return [mover('up', index === 0), mover('down', isLast || index === rows.length - 1)];
  }

  async #move(id: string, name: string, index: number, way: 'up' | 'down'): Promise<void> {
    const rows = this.data?.rows ?? [];
    const to = way === 'up' ? index - 1 : index + 1;
    const moved = rows.toSpliced(index, 1).toSpliced(to, 0, ...rows.slice(index, index + 1));
    const done = await this.act('move', async () => {
      await shopApi(this.context).moveProduct(id, moved[to - 1]?.id ?? null);
      if (this.data) this.data = { ...this.data, rows: moved };
    });
    if (!done) return;
    toast(`${name} is number ${to + 1} now`);
    await this.updateComplete;
    // A row that moved takes the focus out of the document with it in some browsers.
    this.querySelector<HTMLElement>(`#${way}-${id}`)?.focus();
  }

  async #setVisible(product: Product, visible: boolean): Promise<void> {
    const done = await this.act('visible', async () => {
      const shop = shopApi(this.context);
      // As it is now: what somebody else saved meanwhile is not undone.
      const { product: now } = await shop.product(product.id);
      const { product: saved } = await shop.putProduct(product.id, productWith(now, { visible }));
      this.replaceRow(saved.id, () => saved);
    });
    if (done) toast(visible ? `${product.name} is shown` : `${product.name} is hidden`);
  }
}
customElements.define('page-products', ProductsPage);

const badge = ({ words, tone, advice }: Mark): TemplateResult =>
  html`<div>
    <span class="badge ${tone}">${words}</span>
    ${advice && tone ? html`<p class="hint advice">${advice}</p>` : nothing}
  </div>`;

function detailOf(category: string | null, variants: number): TemplateResult | typeof nothing {
  const words = [category, variants > 1 ? `${variants} variants` : null].filter(Boolean);
  return words.length > 0
    ? html`<br /><span class="muted small">${words.join(' · ')}</span>`
    : nothing;
}

/** The price of each currency, from the lowest where variants differ. */
function pricesOf({ variants }: Product): TemplateResult {
  const all = variants.flatMap(({ prices }) => prices);
  const currencies = [...new Set(all.map(({ currency }) => currency))];
  const shown = currencies.slice(0, 3).map((currency) => {
    const amounts = all.filter((price) => price.currency === currency).map((p) => p.priceMinor);
    const lowest = Math.min(...amounts);
    return `${lowest < Math.max(...amounts) ? 'from ' : ''}${money(lowest, currency)}`;
  });
  const rest = currencies.length - shown.length;
  return html`<div>
    ${shown.map((words, index) => html`${index ? html`<br />` : nothing}${words}`)}
    ${rest > 0 ? html`<br /><span class="muted small">and ${rest} more</span>` : nothing}
  </div>`;
}
