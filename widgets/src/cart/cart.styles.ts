import { css } from 'lit';

export const cartStyles = css`
  :host([view='button']) {
    display: inline-block;
  }
  .root {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: calc(var(--_space) * 1.25);
    overflow-wrap: anywhere;
  }
  .bare {
    display: block;
    container-type: normal;
  }
  .tools,
  .filters,
  .options,
  .buy {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em;
    align-items: center;
  }
  [type='search'] {
    flex: 1 1 9em;
  }
  [type='search'],
  select,
  .filters {
    min-inline-size: 0;
    max-inline-size: 100%;
  }
  [type='search'],
  select {
    min-block-size: 2.75em;
    padding: 0.5em 0.85em;
    border: 1px solid light-dark(#8b90a0, #737a8c);
    border-radius: calc(var(--_radius) * 0.66);
    background: var(--_surface);
  }
  select {
    padding-inline: 0.4em;
    field-sizing: content;
  }
  .cart {
    display: inline-flex;
    gap: 0.55em;
    align-items: center;
    margin-inline-start: auto;
  }
  svg {
    inline-size: 1.25em;
    block-size: 1.25em;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.8;
  }
  .count {
    min-inline-size: 1.65em;
    padding: 0.05em 0.45em;
    border-radius: 99em;
    background: var(--_accent);
    color: var(--_on-accent);
    font-size: 0.85em;
    text-align: center;
  }
  @container (inline-size < 52em) {
    .filters {
      flex: 1 1 100%;
      order: 1;
    }
    /* As wide as what is chosen, three stand side by side on a telephone. */
    .filters select {
      flex: auto;
    }
    .filters > :last-child {
      flex-shrink: 0;
    }
  }
  @container (inline-size > 18em) {
    .filters {
      flex-wrap: nowrap;
    }
  }
  .products {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 15.5em), 1fr));
    gap: calc(var(--_space) * 1.25);
  }
  .product {
    display: flex;
    flex-direction: column;
    gap: 0.5em;
    padding: 0 1.1em 1.1em;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: var(--dream-shadow, none);
    overflow: clip;
    content-visibility: auto;
    contain-intrinsic-size: auto 26em;
  }
  .picture {
    position: relative;
    display: grid;
    aspect-ratio: 4 / 3;
    margin: 0 -1.1em 0.5em;
    background: var(--_sunken);
  }
  .picture.bone {
    block-size: auto;
    border-radius: 0;
  }
  img {
    inline-size: 100%;
    block-size: 100%;
    min-block-size: 0;
    object-fit: cover;
  }
  .out img {
    opacity: 0.5;
  }
  .letter {
    place-self: center;
    color: var(--_muted);
    font-size: 3em;
  }
  .badge {
    position: absolute;
    inset-block-start: 0.9em;
    inset-inline-start: 0.9em;
    padding: 0.2em 0.75em;
    border: 1px solid var(--_border);
    border-radius: 99em;
    background: var(--_surface);
    color: var(--_text);
    font-size: 0.8em;
    font-weight: 600;
  }
  h3 {
    font-size: 1.05em;
    font-weight: 650;
  }
  .about {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
  }
  .about.whole {
    display: block;
  }
  .product > .link {
    align-self: start;
    font-size: 0.9em;
  }
  .foot {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75em;
    margin-block-start: auto;
    padding-block-start: 0.4em;
  }
  .options label {
    position: relative;
    min-inline-size: 2.6em;
    padding: 0.2em 0.7em;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) * 0.5);
    text-align: center;
    font-size: 0.9em;
    cursor: pointer;
  }
  .options input {
    position: absolute;
    inset: 0;
    opacity: 0;
    cursor: pointer;
  }
  .options label:has(:checked) {
    border-color: var(--_link);
    box-shadow: inset 0 0 0 1px var(--_link);
    font-weight: 600;
  }
  .options label:has(:focus-visible) {
    outline: 2px solid var(--_link);
    outline-offset: 1px;
  }
  .options label.gone {
    text-decoration: line-through;
  }
  .buy {
    justify-content: space-between;
  }
  .buy button {
    padding-inline: 0.85em;
  }
  .price {
    font-size: 1.2em;
    font-weight: 700;
    font-variant-numeric: tabular-nums;
  }
  .nothing {
    padding: 3em 1em;
    text-align: center;
  }
  .tools .bone {
    flex: 1;
  }
  .bone {
    block-size: 2.75em;
  }
  .bone.name {
    block-size: 1.4em;
    inline-size: 55%;
  }
`;
