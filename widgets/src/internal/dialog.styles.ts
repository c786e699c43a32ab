import { css } from 'lit';

/** A dialog over the page: a `.card` with a `.top` that has a heading and a button to close. */
export const dialogStyles = css`
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
`;
