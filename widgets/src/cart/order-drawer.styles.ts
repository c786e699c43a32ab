import { css } from 'lit';

export const orderDrawerStyles = css`
  .lead {
    display: flex;
    gap: 0.75em;
    align-items: center;
    padding-block-end: 0.5em;
  }
  .tick {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 2.25em;
    block-size: 2.25em;
    border-radius: 50%;
    background: var(--_accent);
    color: var(--_on-accent);
    font-weight: 700;
  }
  .middle .total {
    padding-block-start: 0.65em;
    border-block-start: 1px solid var(--_border);
  }
  h3 {
    font-size: 1em;
    font-weight: 650;
  }
  .bought {
    display: grid;
    gap: 0.45em;
  }
  .bought li {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    gap: 0.75em;
  }
  .times {
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
  }
  .links {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25em 1.25em;
  }
  a {
    color: var(--_link);
    font-weight: 500;
  }
  .orders li + li {
    border-block-start: 1px solid var(--_border);
  }
  details {
    display: grid;
    padding-block: 0.4em;
  }
  summary {
    display: flex;
    gap: 1em;
    justify-content: space-between;
    padding-block: 0.6em;
    cursor: pointer;
  }
  summary strong {
    font-weight: 600;
  }
  summary span > * {
    display: block;
  }
  details > :not(summary) {
    margin-block-end: 0.75em;
  }
`;
