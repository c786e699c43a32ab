import type { Connection, Product, Variant } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { toApiError, ApiError } from '../../api.ts';
import { paths } from '../../paths.ts';
import { PictureFault, readyPicture } from '../../picture.ts';
import { productChanges } from '../../product-changes.ts';
import {
  draftToProduct,
  newProduct,
  type ProductDraft,
  productFaults,
  type ProductFaults,
  productToDraft,
} from '../../product-draft.ts';
import { productPreview } from '../../product-preview.ts';
import { saleMark } from '../../product-state.ts';
import { Intention } from '../../intention.ts';
import { go } from '../../router.ts';
import { shopApi } from '../../shop.ts';
import { confirm } from '../../ui/confirm.ts';
import { emptyState } from '../../ui/notice.ts';
import { saveBar } from '../../ui/save-bar.ts';
import { toast } from '../../ui/toast.ts';
import { guardUnsaved, releaseUnsaved } from '../../ui/unsaved.ts';
import { Page } from '../page.ts';
import { pictureRows, type Upload } from './picture-rows.ts';
import { basics, selling } from './product-fields.ts';
import { type StockChange, stockRows } from './stock-rows.ts';
import { variantRows } from './variant-rows.ts';

interface Data {
  /** Null for a new one, undefined when there is none of that id. */
  product: Product | null | undefined;
  connection: Connection;
}

/** A product and, beside it, the shop as it will show it. */
class ProductPage extends Page<Data> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    draft: { state: true },
    tried: { state: true },
    uploads: { state: true },
    typed: { state: true },
  };
  declare private draft: ProductDraft | null;
  declare private tried: boolean;
  declare private uploads: readonly Upload[];
  declare private typed: Readonly<Record<string, string>>;
  #start = '';
  readonly #intention = new Intention();
  readonly #left = new AbortController();

  constructor() {
    super();
    this.draft = null;
    this.tried = false;
    this.uploads = [];
    this.typed = {};
  }

  override connectedCallback(): void {
    super.connectedCallback();
    guardUnsaved(() => this.#isChanged());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#left.abort();
  }

  protected async load(signal: AbortSignal): Promise<Data> {
    const { product: id } = this.context.params;
    const [{ connection }, product] = await Promise.all([
      this.environment.connection(signal),
      id === undefined ? null : this.#known(id, signal),
    ]);
    if (product !== undefined && this.draft === null) this.#begin(product);
    return { product, connection };
  }

  async #known(id: string, signal: AbortSignal): Promise<Product | undefined> {
    try {
      return (await shopApi(this.context).product(id, signal)).product;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'product_not_found') return undefined;
      throw error;
    }
  }

  #begin(product: Product | null): void {
    this.draft = product ? productToDraft(product) : newProduct();
    this.#start = JSON.stringify(this.draft);
  }

  #isSending(): boolean {
    return this.uploads.some(({ step }) => step !== 'failed');
  }

  #isChanged(): boolean {
    return this.#isSending() || (this.draft !== null && JSON.stringify(this.draft) !== this.#start);
  }

  protected head(): TemplateResult {
    const { product } = this.context.params;
    return html`<div class="page-head">
      <div>
        <h1>${product === undefined ? 'New product' : (this.data?.product?.name ?? 'Product')}</h1>
        <p><a href=${paths.products(this.projectId, this.context.mode)}>All products</a></p>
      </div>
    </div>`;
  }

  protected body({ product, connection }: Data): TemplateResult {
    const { draft } = this;
    if (product === undefined || draft === null)
      return emptyState(
        'There is no such product',
        'The address is not whole, or it is of another project.',
        html`<a class="button" href=${paths.products(this.projectId, this.context.mode)}>All products</a>`,
      );
    const faults = productFaults(draft);
    const shown = product || this.tried ? faults : onlyTyped(faults, draft);
    const change = (part: Partial<ProductDraft>) => this.#change(part);
    const changes = this.#changesAtStripe(product, draft, faults);
    return html`<div class="editor">
      <form class="page" @submit=${this.#save} novalidate>
        ${this.#state(product, connection)} ${basics(draft, shown, change)}
        ${pictureRows({
          images: draft.images,
          faults: shown,
          uploads: this.uploads,
          change: (images) => this.#change({ images, variants: withoutGone(draft, images) }),
          add: (files) => void this.#add(files),
          dismiss: (upload) => (this.uploads = this.uploads.filter((each) => each !== upload)),
        })}
        ${variantRows(draft, shown, change)} ${selling(draft, shown, change)}
        ${this.#atStripe(changes)}
        ${saveBar({
          isChanged: this.#isChanged() || product?.archivedAtMs != null,
          faults: Object.keys(shown).length,
          busy: this.busy === 'save',
          words: this.#isSending() ? 'Pictures are on their way…' : saveWords(product),
          atStripe: changes?.length ?? 0,
          onDiscard: () => (this.draft = JSON.parse(this.#start) as ProductDraft),
        })}
        ${product ? this.#stock(product) : nothing} ${product ? this.#archiving(product) : nothing}
      </form>
      ${this.#preview(product, draft)}
    </div>`;
  }

  #change(part: Partial<ProductDraft>): void {
    if (this.draft) this.draft = { ...this.draft, ...part };
  }

  #state(product: Product | null, { via }: Connection): TemplateResult | typeof nothing {
    if (via === null)
      return html`<div class="alert amber">
        <p>
          It can be bought once your Stripe account is connected: prices are made there.
          <a href=${paths.stripe(this.projectId, this.context.mode)}>Connect it</a>, before or after.
        </p>
      </div>`;
    const mark = product && saleMark(product, via);
    if (product?.archivedAtMs != null)
      return html`<div class="alert info"><p>This product is archived. Save it to put it back on sale.</p></div>`;
    return mark?.advice
      ? html`<div class="alert ${mark.tone === 'bad' ? '' : mark.tone || 'info'}">
          <strong>${mark.words}</strong>
          <p>${mark.advice}</p>
          ${
            mark.tone === 'amber'
              ? html`<div class="buttons">
                  <button class="button" type="button" @click=${() => void this.reload()}>Look again</button>
                </div>`
              : nothing
          }
        </div>`
      : nothing;
  }

  /** What saving would do there; null while there is nothing to save, or it is not right yet. */
  #changesAtStripe(
    product: Product | null,
    draft: ProductDraft,
    faults: ProductFaults,
  ): string[] | null {
    if (!this.#isChanged() || Object.keys(faults).length > 0) return null;
    return productChanges(product, draftToProduct(draft));
  }

  #atStripe(changes: readonly string[] | null): TemplateResult | typeof nothing {
    if (changes === null) return nothing;
    return html`<section class="alert info" aria-labelledby="at-stripe">
      <h2 id="at-stripe">What saving changes at Stripe</h2>
      ${
        changes.length === 0
          ? html`<p>Nothing.</p>`
          : html`<ul class="plain-list">
              ${changes.map((change) => html`<li>${change}</li>`)}
            </ul>`
      }
    </section>`;
  }

  #stock(product: Product): TemplateResult | typeof nothing {
    if (product.archivedAtMs !== null) return nothing;
    return stockRows({
      product,
      typed: this.typed,
      busy: this.busy !== null,
      type: (variant, units) => (this.typed = { ...this.typed, [variant]: units }),
      change: (variant, change) => void this.#changeStock(product, variant, change),
    });
  }

  async #changeStock(product: Product, variant: Variant, change: StockChange): Promise<void> {
    const done = await this.act('stock', async () => {
      const { variant: after } = await shopApi(this.context).changeStock(
        product.id,
        variant.id,
        change,
      );
      const known = this.data?.product;
      if (!this.data || !known) return;
      const variants = known.variants.map((each) => (each.id === after.id ? after : each));
      this.data = { ...this.data, product: { ...known, variants } };
    });
    if (done) toast('Stock changed');
  }

  #archiving(product: Product): TemplateResult | typeof nothing {
    if (product.archivedAtMs !== null) return nothing;
    return html`<section class="card" aria-labelledby="archive-title">
      <div class="card-head">
        <div>
          <h2 id="archive-title">Archive the product</h2>
          <p class="muted">It is shown and sold no more. Its orders stay, and it can come back.</p>
        </div>
        <button class="button danger" type="button" @click=${() => void this.#archive(product)}>
          Archive
        </button>
      </div>
    </section>`;
  }

  #preview(product: Product | null, draft: ProductDraft): TemplateResult {
    const shown = productPreview(draft, product);
    const config = { bootstrap: { sells: true }, products: shown ? [shown] : [] };
    return html`<section class="preview card" aria-labelledby="preview-title">
      <div class="card-head">
        <h2 id="preview-title">In your shop</h2>
        <span class="badge">${draft.visible ? 'Preview' : 'Hidden from your shop'}</span>
      </div>
      ${
        shown
          ? html`<dream-cart .config=${config}></dream-cart>`
          : html`<p class="muted">Type a price, and it is shown here as your visitors will see it.</p>`
      }
    </section>`;
  }

  async #add(files: readonly File[]): Promise<void> {
    for (const file of files) {
      const upload: Upload = { name: file.name, step: 'fitting', fault: null };
      this.uploads = [...this.uploads, upload];
      await this.#upload(file, upload);
      if (this.#left.signal.aborted) return;
    }
  }

  async #upload(file: File, upload: Upload): Promise<void> {
    let current = upload;
    const become = (next: Upload | null) => {
      this.uploads = this.uploads.flatMap((each) => (each === current ? (next ?? []) : each));
      if (next) current = next;
    };
    try {
      const ready = await readyPicture(file);
      become({ ...current, step: 'sending' });
      const { image } = await shopApi(this.context).uploadImage(ready, this.#left.signal);
      become(null);
      const images = this.draft?.images ?? [];
      if (!images.some(({ id }) => id === image.id))
        this.#change({ images: [...images, { ...image, alt: '' }] });
    } catch (error) {
      if (this.#left.signal.aborted) return;
      become({ ...current, step: 'failed', fault: pictureFault(error) });
    }
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { data, draft } = this;
    if (data === null || draft === null || data.product === undefined || this.#isSending()) return;
    this.tried = true;
    if (Object.keys(productFaults(draft)).length > 0) {
      await this.updateComplete;
      this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    const { product: before } = data;
    await this.act('save', async () => {
      const shop = shopApi(this.context);
      const input = draftToProduct(draft);
      const { product } = before
        ? await shop.putProduct(before.id, input)
        : await shop.createProduct(input, this.#intention.keyOf(input));
      this.#begin(product);
      this.data = { ...data, product };
      toast('Product saved');
      if (!before) go(paths.products(this.projectId, this.context.mode));
    });
    if (this.failure?.status !== 0) this.#intention.end();
  };

  async #archive({ id, name }: Product): Promise<void> {
    const sure = await confirm({
      title: `Archive ${name}?`,
      text: 'It leaves your shop, and its prices are archived at Stripe. Whoever is paying for it now can still do so. You find it among the archived products.',
      action: 'Archive',
      danger: true,
    });
    if (!sure) return;
    if (!(await this.act('archive', () => shopApi(this.context).archiveProduct(id)))) return;
    releaseUnsaved();
    toast('Product archived');
    go(paths.products(this.projectId, this.context.mode), true);
  }
}
customElements.define('page-product', ProductPage);

const saveWords = (product: Product | null): string => {
  if (product === null) return 'Add product';
  return product.archivedAtMs === null ? 'Save product' : 'Put it back on sale';
};

function pictureFault(error: unknown): string {
  if (error instanceof PictureFault) return error.message;
  const { reason, message } = toApiError(error);
  return reason ?? message;
}

/** The variants, none of which shows a picture that was taken away. */
const withoutGone = ({ variants }: ProductDraft, images: ProductDraft['images']) =>
  variants.map((variant) =>
    images.some(({ id }) => id === variant.image) ? variant : { ...variant, image: '' },
  );

/** On a new product, what was not touched yet is not wrong yet. */
function onlyTyped(faults: ProductFaults, draft: ProductDraft): ProductFaults {
  const isUntouched = (field: string) => {
    if (field === 'name') return draft.name === '';
    const [, index, price] = /^variants\.(\d+)\.prices\.(\d+)$/.exec(field) ?? [];
    return (
      price !== undefined && draft.variants[Number(index)]?.prices[Number(price)]?.amount === ''
    );
  };
  return Object.fromEntries(Object.entries(faults).filter(([field]) => !isUntouched(field)));
}
