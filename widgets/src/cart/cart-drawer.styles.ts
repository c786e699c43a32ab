import { css } from 'lit';

export const cartDrawerStyles = css`
  .lines {
    margin-block: -1.1em;
  }
  .line {
    display: grid;
    grid-template-columns: 4.75em minmax(0, 1fr);
    gap: 0.6em 1em;
    padding-block: 1.1em;
    border-block-end: 1px solid var(--_border);
  }
  .line:last-child {
    border: 0;
  }
  .line .picture {
    grid-row: span 2;
    display: grid;
    align-self: start;
    aspect-ratio: 1;
    border-radius: calc(var(--_radius) * 0.66);
    background: var(--_sunken);
    overflow: clip;
  }
  img {
    inline-size: 100%;
    block-size: 100%;
    min-block-size: 0;
    object-fit: cover;
  }
  .letter {
    place-self: center;
    color: var(--_muted);
    font-size: 1.75em;
    font-weight: 300;
  }
  .what {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0.15em 1em;
    align-items: baseline;
  }
  .what > :nth-child(n + 3) {
    grid-column: 1 / -1;
  }
  .what strong {
    font-weight: 600;
  }
  @container (inline-size < 18em) {
    .line,
    .what {
      grid-template-columns: minmax(0, 1fr);
    }
    .line .picture {
      inline-size: 4.75em;
    }
  }
  .change .link {
    color: var(--_muted);
    font-size: 0.9em;
  }
  .change,
  .removed {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em 1em;
    align-items: center;
    justify-content: space-between;
  }
  .removed {
    padding-block: 0.9em;
    border-block-end: 1px solid var(--_border);
  }
  .note {
    color: var(--_danger);
    font-size: 0.9em;
    font-weight: 550;
  }
  .changed {
    padding: 0.75em 1em;
    border-radius: calc(var(--_radius) * 0.66);
    background: var(--_sunken);
  }
  .changed p {
    font-weight: 600;
  }
  .empty {
    display: grid;
    gap: 1em;
    justify-items: center;
    padding-block: 4em;
    text-align: center;
  }
`;
