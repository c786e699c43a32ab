import { html, nothing, type TemplateResult } from 'lit';
import { PICTURE_TYPES } from '../../picture.ts';
import type { PictureDraft, ProductFaults } from '../../product-draft.ts';
import { field } from '../../ui/field.ts';
import { icons } from '../../ui/icons.ts';

/** A picture on its way: what is done with it, or what went wrong. */
export interface Upload {
  name: string;
  step: 'fitting' | 'sending' | 'failed';
  fault: string | null;
}

const STEPS: Readonly<Record<Upload['step'], string>> = {
  fitting: 'Making it fit…',
  sending: 'Sending…',
  failed: 'Not added',
};

/** The pictures of a product: the first one is what the shop shows. */
export function pictureRows(options: {
  images: readonly PictureDraft[];
  faults: ProductFaults;
  uploads: readonly Upload[];
  change: (images: readonly PictureDraft[]) => void;
  add: (files: readonly File[]) => void;
  dismiss: (upload: Upload) => void;
}): TemplateResult {
  const { images, faults, uploads, change, add, dismiss } = options;
  const drop = (event: DragEvent) => {
    event.preventDefault();
    add([...(event.dataTransfer?.files ?? [])]);
  };
  return html`<section
    class="card"
    aria-labelledby="pictures-title"
    @dragover=${(event: DragEvent) => event.preventDefault()}
    @drop=${drop}
  >
    <div class="card-head">
      <div>
        <h2 id="pictures-title">Pictures</h2>
        <p class="muted">
          PNG, JPEG, WebP or AVIF, up to ten. Large ones are made smaller here; where they were taken
          is never published.
        </p>
      </div>
      <label class="button file-button">
        ${icons.plus} Add pictures
        <input type="file" multiple accept=${PICTURE_TYPES} @change=${chosen(add)} />
      </label>
    </div>
    ${images.length === 0 && uploads.length === 0 ? html`<p class="muted small">None yet. Drop them here, or choose them.</p>` : nothing}
    ${images.map((image, index) => row(image, index, images, faults, change))}
    ${uploads.map((upload) => uploading(upload, dismiss))}
    ${faults.images ? html`<p class="fault">${faults.images}</p>` : nothing}
  </section>`;
}

const chosen = (add: (files: readonly File[]) => void) => (event: Event) => {
  const input = event.target as HTMLInputElement;
  add([...(input.files ?? [])]);
  // The same file may be chosen again.
  input.value = '';
};

function row(
  image: PictureDraft,
  index: number,
  images: readonly PictureDraft[],
  faults: ProductFaults,
  change: (images: readonly PictureDraft[]) => void,
): TemplateResult {
  const others = images.toSpliced(index, 1);
  const set = (alt: string) => change(images.toSpliced(index, 1, { ...image, alt }));
  const first = () => change([image, ...others]);
  return html`<div class="picture-row" role="group" aria-label="Picture ${index + 1}">
    <img class="thumb large" src=${image.smallUrl} alt="" width="72" height="72" />
    ${field({
      id: `picture-${image.id}`,
      label: 'What it shows',
      hint:
        index === 0
          ? 'This one stands in the shop; the words are for those who do not see it.'
          : null,
      value: image.alt,
      fault: faults[`images.${index}`],
      placeholder: 'A grey goose quill on paper',
      onInput: set,
    })}
    <div class="buttons">
      ${
        index === 0
          ? nothing
          : html`<button class="button quiet icon" type="button" aria-label="Show picture ${index + 1} first" @click=${first}>
              ${icons.up}
            </button>`
      }
      <button class="button quiet icon" type="button" aria-label="Remove picture ${index + 1}" @click=${() => change(others)}>
        ${icons.trash}
      </button>
    </div>
  </div>`;
}

const uploading = (upload: Upload, dismiss: (upload: Upload) => void): TemplateResult =>
  upload.step === 'failed'
    ? html`<div class="alert" role="alert">
        <strong>${upload.name}: ${STEPS.failed}</strong>
        <p>${upload.fault}</p>
        <div class="buttons">
          <button class="button" type="button" @click=${() => dismiss(upload)}>All right</button>
        </div>
      </div>`
    : html`<div class="stack" role="status">
        <span class="small">${upload.name}: ${STEPS[upload.step]}</span>
        <progress class="progress" aria-label="${upload.name}: ${STEPS[upload.step]}"></progress>
      </div>`;
