import { html, nothing, render } from 'lit';

/** What is asked before something that cannot be undone. */
export interface Question {
  title: string;
  text: string;
  /** The word on the button that does it. */
  action: string;
  danger?: boolean;
  /** What must be typed first, for the worst of them. */
  typed?: string;
  cancel?: string;
}

/** Asks in a dialog; true when it is to be done. Escape and the other button mean no. */
export function confirm(question: Question): Promise<boolean> {
  const { title, text, action, danger = false, typed, cancel = 'Cancel' } = question;
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', 'confirm-title');
  const agreed = () => typed === undefined || dialog.querySelector('input')?.value.trim() === typed;
  const update = () =>
    dialog.querySelector('button.go')?.setAttribute('aria-disabled', String(!agreed()));
  render(
    html`<form
      method="dialog"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        if (agreed()) dialog.close('yes');
      }}
    >
      <h2 id="confirm-title">${title}</h2>
      <p class="muted">${text}</p>
      ${
        typed === undefined
          ? nothing
          : html`<div class="field">
              <label for="confirm-typed">Type <strong>${typed}</strong> to go on</label>
              <input id="confirm-typed" autocomplete="off" spellcheck="false" @input=${update} />
            </div>`
      }
      <div class="buttons">
        <button class="button" type="button" @click=${() => dialog.close()}>${cancel}</button>
        <button
          class="button go ${danger ? 'danger' : 'primary'}"
          aria-disabled=${typed === undefined ? 'false' : 'true'}
        >
          ${action}
        </button>
      </div>
    </form>`,
    dialog,
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener(
      'close',
      () => {
        dialog.remove();
        resolve(dialog.returnValue === 'yes');
      },
      { once: true },
    ),
  );
}
