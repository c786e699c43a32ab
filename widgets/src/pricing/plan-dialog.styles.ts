import { css } from 'lit';

export const planDialogStyles = css`
  .card,
  [aria-live] {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1em;
  }
  button.danger {
    border-color: transparent;
    background: var(--_danger);
    color: var(--_surface);
  }
  .lines {
    display: grid;
    gap: 0.45em;
    margin: 0;
  }
  .lines div {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 1.5em;
    align-items: baseline;
  }
  dd {
    margin: 0;
    font-variant-numeric: tabular-nums;
    text-align: end;
  }
  .total {
    padding-block-start: 0.65em;
    border-block-start: 1px solid var(--_border);
    font-weight: 650;
  }
  .total dd {
    font-size: 1.25em;
  }
  .bone {
    block-size: 7em;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em;
  }
  .actions button {
    flex: 1 1 auto;
  }
`;
