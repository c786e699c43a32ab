import type { PropertyDeclarations, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { toApiError } from '../api.ts';
import { Pause } from '../ui/search.ts';
import { note } from '../router.ts';
import { query } from '../shop.ts';
import { Page } from './page.ts';

/** So much of a list as is there, and where it goes on; null at its end. */
export interface Rows<T> {
  rows: readonly T[];
  nextCursor: string | null;
}

/** How many rows are asked for at once. */
const AT_ONCE = 50;

/** The most rows that are brought back for whoever comes back to a long list. */
const MOST_AGAIN = 1000;

/** How many rows there were, by the entry of the history one left them at. */
const rowsAt = new Map<string, number>();

/**
 * A page with a list that has no end in sight: a part at a time, looked through by the edge. What is
 * looked for stands in the address, and whoever comes back finds as many rows as there were.
 */
export abstract class ListPage<T, Filter extends Record<string, string>> extends Page<Rows<T>> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    filter: { state: true },
    searching: { state: true },
  };
  declare protected filter: Filter;
  /** Whether the list of what is looked for is on its way. */
  declare protected searching: boolean;
  readonly #pause = new Pause();
  #turn = 0;

  constructor(empty: Filter) {
    super();
    this.searching = false;
    const asked = new URLSearchParams(location.search);
    const given = Object.keys(empty).map((name) => [name, asked.get(name) ?? empty[name]]);
    this.filter = Object.fromEntries(given) as Filter;
  }

  /** One part of the list. */
  protected abstract rowsOf(
    filter: Filter,
    page: { cursor: string | null; limit: number },
    signal?: AbortSignal,
  ): Promise<Rows<T>>;

  protected async load(signal: AbortSignal): Promise<Rows<T>> {
    const wanted = Math.min(MOST_AGAIN, Math.max(this.data?.rows.length ?? 0, rowsHere()));
    let all = await this.rowsOf(this.filter, { cursor: null, limit: AT_ONCE }, signal);
    while (all.nextCursor !== null && all.rows.length < wanted)
      all = joined(
        all,
        await this.rowsOf(this.filter, { cursor: all.nextCursor, limit: 100 }, signal),
      );
    return all;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#pause.stop();
  }

  protected get isFiltered(): boolean {
    return Object.values(this.filter).some((value) => value !== '');
  }

  /** Looks for something else; with `soon` after a pause in typing. */
  protected look(part: Partial<Filter>, soon = false): void {
    this.filter = { ...this.filter, ...part };
    this.#pause.stop();
    if (soon) this.#pause.after(() => void this.#search());
    else void this.#search();
  }

  async #search(): Promise<void> {
    const turn = (this.#turn += 1);
    note(location.pathname + query(this.filter));
    this.searching = true;
    this.failure = null;
    try {
      let before: Rows<T> | null;
      let found: Rows<T>;
      do {
        before = this.data;
        found = await this.rowsOf(this.filter, { cursor: null, limit: AT_ONCE });
        // What was changed here meanwhile may be missing in the answer: it is looked for again.
      } while (turn === this.#turn && this.data !== before);
      if (turn === this.#turn) this.data = found;
    } catch (error) {
      if (turn === this.#turn) this.failure = toApiError(error);
    } finally {
      if (turn === this.#turn) this.searching = false;
    }
  }

  /** Looks again for what could not be looked for while one was offline, or signed out. */
  override recover(): void {
    const isUnanswered = this.failure !== null && this.data !== null;
    super.recover();
    if (isUnanswered) void this.#search();
  }

  /** The button under a list that goes on, and how many rows there are. */
  protected more({ rows, nextCursor }: Rows<T>, words: string): TemplateResult {
    const count = `${rows.length.toLocaleString()}${nextCursor === null ? '' : ' or more'}`;
    return html`<div class="list-end">
      <span class="muted small" role="status">${this.searching ? 'Looking…' : `${count} ${words}`}</span>
      ${
        nextCursor === null
          ? nothing
          : html`<button
              class="button"
              type="button"
              aria-disabled=${String(this.busy !== null)}
              @click=${() => void this.#goOn(nextCursor)}
            >
              ${this.busy === 'more' ? 'Loading…' : 'Show more'}
            </button>`
      }
    </div>`;
  }

  async #goOn(cursor: string): Promise<void> {
    const turn = this.#turn;
    await this.act('more', async () => {
      const next = await this.rowsOf(this.filter, { cursor, limit: 100 });
      if (turn === this.#turn && this.data) this.data = joined(this.data, next);
    });
    const key = keyHere();
    if (key !== null && this.data) rowsAt.set(key, this.data.rows.length);
  }
}

const joined = <T>(before: Rows<T>, { rows, nextCursor }: Rows<T>): Rows<T> => ({
  rows: [...before.rows, ...rows],
  nextCursor,
});

const keyHere = (): string | null =>
  'navigation' in window ? (navigation.currentEntry?.key ?? null) : null;

const rowsHere = (): number => rowsAt.get(keyHere() ?? '') ?? 0;
