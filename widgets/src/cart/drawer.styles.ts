import { css } from 'lit';

export const drawerStyles = css`
  dialog {
    position: fixed;
    inset: 0;
    inset-inline-start: auto;
    inline-size: min(27rem, 100vi);
    block-size: 100dvb;
    max-inline-size: none;
    max-block-size: none;
    margin: 0;
    border-radius: 0;
    overflow: hidden;
  }
  dialog[open] {
    --_from: 3rem;
    animation: enter 0.22s cubic-bezier(0.2, 0.8, 0.2, 1);
  }
  dialog:dir(rtl) {
    --_from: -3rem;
  }
  @keyframes enter {
    from {
      opacity: 0;
      translate: var(--_from) 0;
    }
  }
  .root,
  .card {
    block-size: 100%;
  }
  .card {
    display: flex;
    flex-direction: column;
    padding: 0;
    border-radius: 0;
    overflow-y: auto;
  }
  .top {
    align-items: center;
    padding: 1.25em 1.5em 1em;
    border-block-end: 1px solid var(--_border);
  }
  .close {
    margin-block-start: 0;
  }
  .middle {
    display: grid;
    flex: 1;
    grid-template-columns: minmax(0, 1fr);
    gap: 1em;
    align-content: start;
    min-block-size: 9em;
    padding: 1.25em 1.5em;
    overflow-y: auto;
    overflow-wrap: anywhere;
    overscroll-behavior: contain;
  }
  .foot {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75em;
    padding: 1.1em 1.5em 1.5em;
    border-block-start: 1px solid var(--_border);
  }
  .foot:not(:has(button)) {
    display: none;
  }
  .foot .link {
    justify-self: center;
  }
  .sum {
    font-variant-numeric: tabular-nums;
    text-align: end;
  }
  .sums {
    display: grid;
    gap: 0.4em;
    margin: 0;
  }
  .sums div {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1em;
    align-items: baseline;
    justify-content: space-between;
  }
  dd {
    margin: 0;
    font-variant-numeric: tabular-nums;
  }
  .total {
    font-weight: 650;
  }
  .total dd {
    font-size: 1.25em;
  }
  .bone {
    block-size: 7em;
  }
`;
