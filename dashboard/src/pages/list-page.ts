import type { PropertyDeclarations, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { ApiError, toApiError } from '../api.ts';
import { note } from '../router.ts';
import { query } from '../shop.ts';
import { emptyState, skeleton } from '../ui/notice.ts';
import { Pause, searchField } from '../ui/search.ts';
import { type Head, tableCard } from '../ui/table.ts';
import { Page } from './page.ts';

/** So much of a list as is there, and where it goes on; null at its end. */
export interface Rows<T> {
  rows: readonly T[];
  nextCursor: string | null;
}

/** Which part of a list is asked for. */
export interface Part {
  cursor: string | null;
  limit: number;
}

/** What a list is called, and what is said when nothing in it is like what is looked for. */
interface Words {
  label: string;
  one: string;
  many: string;
  lookedThrough?: string;
}

type Choices = readonly (readonly [value: string, words: string])[];

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
export abstract class ListPage<
  T extends { id: string },
  Filter extends Record<string, string>,
> extends Page<Rows<T>> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    filter: { state: true },
    searching: { state: true },
    goingOn: { state: true },
  };
  declare protected filter: Filter;
  /** Whether the list of what is looked for is on its way. */
  declare protected searching: boolean;
  /** Whether more rows are on their way. Not `busy`, by which every button of every row would change. */
  declare private goingOn: boolean;
  readonly #noFilter: Filter;
  readonly #pause = new Pause();
  #turn = 0;
  /** What the rows that are there were looked for by. */
  #found: Filter;

  constructor(noFilter: Filter) {
    super();
    this.searching = false;
    this.goingOn = false;
    this.#noFilter = noFilter;
    this.#found = noFilter;
    const asked = new URLSearchParams(location.search);
    const given = Object.keys(noFilter).map((name) => [name, asked.get(name) ?? noFilter[name]]);
    this.filter = Object.fromEntries(given) as Filter;
  }

  protected abstract readonly words: Words;
  protected abstract readonly heads: readonly Head[];

  /** One part of the list. */
  protected abstract rowsOf(filter: Filter, page: Part, signal?: AbortSignal): Promise<Rows<T>>;

  protected abstract row(row: T, index: number, data: Rows<T>): TemplateResult;

  /** What is there when there is nothing at all: what it would be, and what to do next. */
  protected abstract nothingYet(): TemplateResult;

  /** What stands above the rows: fields to look by, and what is to be known. */
  protected tools(): unknown {
    return nothing;
  }

  /** All rows that are there. */
  protected list(data: Rows<T>): TemplateResult {
    return tableCard(this.words.label, this.heads, this.eachRow(data));
  }

  protected eachRow(data: Rows<T>): unknown {
    return repeat(
      data.rows,
      ({ id }) => id,
      (row, index) => this.row(row, index, data),
    );
  }

  protected async load(signal: AbortSignal): Promise<Rows<T>> {
    const { filter } = this;
    const wanted = Math.min(MOST_AGAIN, Math.max(this.data?.rows.length ?? 0, rowsHere()));
    let all = await this.rowsOf(filter, { cursor: null, limit: AT_ONCE }, signal);
    while (all.nextCursor !== null && all.rows.length < wanted)
      all = joined(all, await this.rowsOf(filter, { cursor: all.nextCursor, limit: 100 }, signal));
    this.#found = filter;
    return all;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#pause.stop();
  }

  /** Whether there is nothing to look through: no row, though nothing was looked for. */
  protected get isBare(): boolean {
    const { data } = this;
    return (
      data?.rows.length === 0 &&
      data.nextCursor === null &&
      [this.#found, this.filter].every(isEverything)
    );
  }

  protected body(data: Rows<T>): TemplateResult {
    if (this.isBare) return this.nothingYet();
    const rows =
      data.rows.length > 0
        ? this.list(data)
        : this.searching
          ? skeleton()
          : this.#notFound(data.nextCursor !== null);
    return html`${this.tools()}
      <div aria-busy=${String(this.searching)}>${rows}</div>
      ${this.#end(data)}`;
  }

  #notFound(goesOn: boolean): TemplateResult {
    const { one, many, lookedThrough = '' } = this.words;
    if (goesOn)
      return emptyState(
        `No ${one} like this yet`,
        `There are very many ${many}. Look further, or say more of what you look for.`,
      );
    const all = html`<button class="button" type="button" @click=${() => this.#lookForAll()}>
      Show all ${many}
    </button>`;
    return emptyState(`No ${one} is like this`, lookedThrough, all);
  }

  #lookForAll(): void {
    this.look(this.#noFilter);
    this.querySelector<HTMLElement>('[role="search"] input')?.focus();
  }

  /** The fields by which one looks for something. */
  protected lookers(...fields: readonly TemplateResult[]): TemplateResult {
    return html`<div class="tools" role="search">${fields}</div>`;
  }

  /** A field for what is looked for as one types. */
  protected search(label: string, name: keyof Filter & string, maxLength = 120): TemplateResult {
    const find = (typed: string) => this.look({ [name]: typed } as Partial<Filter>, true);
    return searchField(label, this.filter[name] ?? '', find, maxLength);
  }

  /** A choice of what is looked for; one that nobody offers is the first. */
  protected choose(label: string, name: keyof Filter & string, choices: Choices): TemplateResult {
    const asked = choices.find(([value]) => value === this.filter[name]) ?? choices[0];
    return html`<select
      aria-label=${label}
      @change=${(event: Event) =>
        this.look({ [name]: (event.target as HTMLSelectElement).value } as Partial<Filter>)}
    >
      ${choices.map(
        ([value, words]) =>
          html`<option value=${value} .selected=${value === asked?.[0]}>${words}</option>`,
      )}
    </select>`;
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
    const { filter } = this;
    note(location.pathname + query(filter));
    this.searching = true;
    this.failure = null;
    try {
      let before: Rows<T> | null;
      let found: Rows<T>;
      do {
        before = this.data;
        found = await this.rowsOf(filter, { cursor: null, limit: AT_ONCE });
        // What was changed here meanwhile may be missing in the answer: it is looked for again.
      } while (turn === this.#turn && this.data !== before);
      if (turn === this.#turn) this.#show(found, filter);
    } catch (error) {
      if (turn === this.#turn) this.failure = toApiError(error);
    } finally {
      if (turn === this.#turn) this.searching = false;
    }
  }

  #show(found: Rows<T>, filter: Filter): void {
    this.#found = filter;
    this.data = found;
  }

  /** What is new appears by itself, unless one is further down the list or does something there. */
  protected async refresh(): Promise<void> {
    const { data: before, filter } = this;
    const turn = this.#turn;
    const isQuiet = () =>
      !this.searching &&
      !this.goingOn &&
      this.busy === null &&
      turn === this.#turn &&
      this.data === before;
    if (before === null || before.rows.length > AT_ONCE || !isQuiet()) return;
    try {
      const found = await this.rowsOf(filter, { cursor: null, limit: AT_ONCE });
      if (isQuiet()) this.#show(found, filter);
    } catch (error) {
      // What is shown stays good; the next thing that is asked for says what is wrong.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** Looks again for what could not be looked for while one was offline, or signed out. */
  override recover(): void {
    const isUnanswered = this.failure !== null && this.data !== null;
    super.recover();
    if (isUnanswered) void this.#search();
  }

  /** The button by which one looks at the list as it is now. */
  protected lookAgain(): TemplateResult {
    return html`<button
      class="button"
      type="button"
      aria-disabled=${String(this.busy !== null)}
      @click=${() => void this.act('refresh', () => this.reload())}
    >
      ${this.busy === 'refresh' ? 'Looking…' : 'Look again'}
    </button>`;
  }

  /** Puts a row in the place of the one with its id. */
  protected replaceRow(id: string, change: (row: T) => T): void {
    if (this.data === null) return;
    const rows = this.data.rows.map((row) => (row.id === id ? change(row) : row));
    this.data = { ...this.data, rows };
  }

  /** How many rows there are, and the button under a list that goes on. */
  #end({ rows, nextCursor }: Rows<T>): TemplateResult {
    const { one, many } = this.words;
    const count = `${rows.length.toLocaleString()}${nextCursor === null ? '' : ' or more'}`;
    const said = `${count} ${rows.length === 1 && nextCursor === null ? one : many}`;
    const goOn = rows.length === 0 ? 'Look further' : 'Show more';
    return html`<div class="list-end">
      <span class=${rows.length === 0 ? 'visually-hidden' : 'muted small'} role="status"
        >${this.searching ? 'Looking…' : said}</span
      >
      ${
        nextCursor === null
          ? nothing
          : html`<button
              class="button"
              type="button"
              aria-disabled=${String(this.goingOn)}
              @click=${() => void this.#goOn(nextCursor)}
            >
              ${this.goingOn ? 'Loading…' : goOn}
            </button>`
      }
    </div>`;
  }

  async #goOn(cursor: string): Promise<void> {
    if (this.goingOn) return;
    const turn = this.#turn;
    this.goingOn = true;
    this.failure = null;
    try {
      const next = await this.rowsOf(this.#found, { cursor, limit: 100 });
      if (turn === this.#turn && this.data?.nextCursor === cursor) await this.#add(next, this.data);
    } catch (error) {
      if (turn === this.#turn) this.failure = toApiError(error);
    } finally {
      this.goingOn = false;
    }
  }

  async #add(next: Rows<T>, before: Rows<T>): Promise<void> {
    this.data = joined(before, next);
    const key = keyHere();
    if (key !== null) rowsAt.set(key, this.data.rows.length);
    await this.updateComplete;
    this.#focusRow(before.rows.length);
  }

  /** Whoever goes on by keyboard is at the first of the new rows: the button may be gone. */
  #focusRow(index: number): void {
    const row = this.querySelectorAll<HTMLElement>('tbody > tr, .delivery, .tiles > li')[index];
    const target = row?.querySelector<HTMLElement>('a, summary') ?? row;
    if (target === row) row?.setAttribute('tabindex', '-1');
    target?.focus({ preventScroll: true });
  }
}

const joined = <T>(before: Rows<T>, { rows, nextCursor }: Rows<T>): Rows<T> => ({
  rows: [...before.rows, ...rows],
  nextCursor,
});

const isEverything = (filter: Record<string, string>): boolean =>
  Object.values(filter).every((value) => value.trim() === '');

const keyHere = (): string | null =>
  'navigation' in window ? (navigation.currentEntry?.key ?? null) : null;

const rowsHere = (): number => rowsAt.get(keyHere() ?? '') ?? 0;
