import { css } from 'lit';

/** Its dialog is that of `dialog.styles.ts`, written again: sharing it costs a page a request and 135 bytes. */
export const signupStyles = css`
  .card {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.9em;
  }
  dialog {
    inline-size: min(26rem, calc(100vi - 2rem));
    max-block-size: calc(100vb - 2rem);
    padding: 0;
    border: 0;
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_text);
    box-shadow: 0 1.5rem 4rem rgb(0 0 0 / 0.35);
    overflow: auto;
  }
  dialog::backdrop {
    background: rgb(10 12 20 / 0.55);
  }
  dialog .card {
    border: 0;
    box-shadow: none;
  }
  .top {
    display: flex;
    gap: 1em;
    align-items: start;
    justify-content: space-between;
  }
  .close {
    min-inline-size: 2.25em;
    min-block-size: 2.25em;
    margin-block-start: -0.4em;
    margin-inline-end: -0.6em;
    padding: 0;
    border: 0;
    font-size: 1.1em;
    line-height: 1;
  }
  h2:focus {
    outline: none;
  }
  .chip {
    display: block;
    inline-size: fit-content;
    max-inline-size: 100%;
    min-block-size: 2.75em;
  }
  .chip .face {
    inline-size: 1.8em;
    block-size: 1.8em;
    font-size: 0.85em;
  }
  .chip.person {
    display: flex;
    gap: 0.6em;
    align-items: center;
    padding-block: 0.3em;
    padding-inline: 0.4em 0.8em;
  }
  .chip.person span:last-child {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .bone.chip {
    inline-size: 100%;
    border-radius: calc(var(--_radius) * 0.66);
  }
  .providers {
    display: grid;
    gap: 0.5em;
  }
  #provider-fault {
    display: contents;
  }
  .or {
    display: flex;
    gap: 0.75em;
    align-items: center;
  }
  .or::before,
  .or::after {
    content: '';
    flex: 1;
    border-block-start: 1px solid var(--_border);
  }
  .waiting {
    display: flex;
    align-items: center;
    min-block-size: 4em;
  }
  .waiting .busy {
    flex: none;
  }
  .waiting:focus {
    outline: none;
  }
`;
