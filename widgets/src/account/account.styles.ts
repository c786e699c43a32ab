import { css } from 'lit';

export const accountStyles = css`
  /* What it stands in bears the mark of test mode. */
  :host([nested]) .root::after {
    display: none;
  }
  .root {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.9em;
  }
  h3 {
    font-size: 1em;
    font-weight: 650;
  }
  h3:focus {
    outline: none;
  }
  .lines {
    display: grid;
    min-inline-size: 0;
  }
  .lines span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .list {
    border-block: 1px solid var(--_border);
  }
  .list li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 1em;
    align-items: center;
    padding-block: 0.55em;
  }
  .list li + li {
    border-block-start: 1px solid var(--_border);
  }
  .list .lines span {
    white-space: normal;
    overflow-wrap: anywhere;
  }
  .ends {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em;
  }
  .ends > button {
    flex: 1 1 auto;
  }
`;
