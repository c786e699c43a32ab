import {
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  svg,
  type TemplateResult,
} from 'lit';
import { downloadCsv } from './csv.ts';
import { lazily } from './format.ts';
import './plot.css';
import { type PlotData, plotShape, type PlotShape, type PlotSize } from './plot-shape.ts';

export type { PlotData, PlotSeries } from './plot-shape.ts';

/** A plot and how it is told. */
export interface PlotOptions extends PlotData {
  /** What is plotted, without its unit: "Revenue". Names the plot, its table and its file. */
  title: string;
  /** What an entry of `days` is, where it is not a day: "Week of". */
  dayWords?: string;
  /** A value in full, as in the table: "$1,234.50". */
  format: (value: number) => string;
  /** A value at the axis, where there is little room: "$1.2K". */
  formatShort: (value: number) => string;
  /** A value in the file, as a plain number: 1234.5. The value itself unless told. */
  csvValue?: (value: number) => number;
  /** What is said where every value is nothing. */
  nothingYet?: string;
}

const HEIGHT = 220;
const GLYPH = 7.2;
const dayMonth = lazily(
  () => new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' }),
);
const dayInFull = lazily(
  () => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' }),
);
const dateOf = (day: string) => new Date(`${day}T00:00:00Z`);

/** A day like "2026-01-31" as people read it. */
export const dayWords = (day: string): string => dayInFull().format(dateOf(day));

/**
 * `<dash-plot .plot=${…}>`: values over days as lines, areas or bars, as wide as there is room. What a
 * day holds is told where the pointer is, and by the arrow keys, Home and End when it has the focus. The
 * same data is a table below it, and a file. Colours are `--plot-1` to `--plot-6`.
 */
class DashPlot extends LitElement {
  static override properties: PropertyDeclarations = {
    plot: { attribute: false },
    width: { state: true },
    at: { state: true },
  };
  declare plot: PlotOptions | null;
  declare width: number;
  /** The day that is told of, by its place; null while none is. */
  declare at: number | null;
  #drawing: Drawing | null = null;
  readonly #resized = new ResizeObserver(([entry]) => {
    this.width = Math.round(entry?.contentRect.width ?? this.width);
  });

  constructor() {
    super();
    this.plot = null;
    this.width = 640;
    this.at = null;
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('plot') || changed.has('width'))
      this.#drawing = this.plot === null ? null : drawingOf(this.plot, this.width);
  }

  override render(): TemplateResult | typeof nothing {
    const { plot } = this;
    if (plot === null) return nothing;
    if (!plot.series.some(({ values }) => values.some((value) => value !== null && value !== 0)))
      return html`<p class="plot-nothing muted">${plot.nothingYet ?? 'Nothing in this range.'}</p>`;
    const { size, shape } = this.#drawing ?? drawingOf(plot, this.width);
    const last = plot.days.length - 1;
    const at = this.at === null ? null : Math.min(this.at, last);
    return html`
      ${plot.series.length > 1 ? legend(plot) : nothing}
      <div class="plot-frame">
        <svg viewBox="0 0 ${size.width} ${size.height}" width=${size.width} height=${size.height} aria-hidden="true">
          ${axes(plot, shape, size)} ${shape.series.map(drawn)} ${at === null ? nothing : marks(shape, size, at)}
        </svg>
        <div
          class="plot-days"
          role="slider"
          tabindex="0"
          aria-label="${plot.title}, day by day"
          aria-valuemin="0"
          aria-valuemax=${last}
          aria-valuenow=${at ?? last}
          aria-valuetext=${told(plot, at ?? last)}
          @pointermove=${this.#pointed}
          @pointerdown=${this.#pointed}
          @pointerleave=${this.#left}
          @focus=${this.#focused}
          @blur=${this.#left}
          @keydown=${this.#moved}
        ></div>
        ${at === null ? nothing : tip(plot, at)}
      </div>
      <div class="plot-foot">
        <details>
          <summary>Table</summary>
          ${table(plot)}
        </details>
        <button
            class="button quiet small"
            type="button"
            aria-label="Download CSV of ${plot.title}"
            @click=${() => save(plot)}
          >
            Download CSV
          </button>
      </div>
    `;
  }

  // The policy forbids styles in the markup, not those that a script sets.
  override updated(): void {
    const box = this.querySelector<HTMLElement>('.plot-tip');
    const xs = this.#drawing?.shape.xs ?? [];
    if (!box || this.at === null) return;
    const x = xs[Math.min(this.at, xs.length - 1)] ?? 0;
    const half = box.offsetWidth / 2;
    const left = Math.max(0, Math.min(this.width - half * 2, x - half));
    box.style.transform = `translateX(${left}px)`;
  }

  readonly #pointed = (event: PointerEvent): void => {
    const { left } = this.getBoundingClientRect();
    const { xs = [], step = 1 } = this.#drawing?.shape ?? {};
    const place = Math.round((event.clientX - left - (xs[0] ?? 0)) / step);
    this.at = Math.max(0, Math.min(xs.length - 1, place));
  };

  readonly #left = (event: Event): void => {
    const hasFocus =
      event.type === 'pointerleave' && event.currentTarget === document.activeElement;
    if (!hasFocus) this.at = null;
  };

  readonly #focused = (): void => {
    this.at ??= (this.plot?.days.length ?? 1) - 1;
  };

  readonly #moved = (event: KeyboardEvent): void => {
    const last = (this.plot?.days.length ?? 1) - 1;
    const from = this.at ?? last;
    const to = {
      ArrowLeft: from - 1,
      ArrowDown: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from + 1,
    };
    const far = { Home: 0, End: last, PageUp: from + 7, PageDown: from - 7 };
    if (event.key === 'Escape') this.at = null;
    const next = ({ ...to, ...far } as Record<string, number>)[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.at = Math.max(0, Math.min(last, next));
  };
}
customElements.define('dash-plot', DashPlot);

interface Drawing {
  size: PlotSize;
  shape: PlotShape;
}

/** Leaves as much room at the side as the widest number there needs. */
function drawingOf(plot: PlotOptions, width: number): Drawing {
  const room = { width, height: HEIGHT, left: 0, bottom: 26, top: 12, right: 4 };
  const { yTicks } = plotShape(plot, room);
  const widest = Math.max(...yTicks.map(({ value }) => plot.formatShort(value).length), 1);
  const size = { ...room, left: Math.ceil(widest * GLYPH) + 12 };
  return { size, shape: plotShape(plot, size) };
}

const axes = (plot: PlotOptions, { yTicks, xTicks, baseline }: PlotShape, size: PlotSize) => svg`
  ${yTicks.map(
    ({ y, value }) => svg`
      <line class="plot-grid" x1=${size.left} x2=${size.width} y1=${y} y2=${y} />
      <text class="plot-number" x=${size.left - 8} y=${y} dy="0.32em">${plot.formatShort(value)}</text>`,
  )}
  <line class="plot-floor" x1=${size.left} x2=${size.width} y1=${baseline} y2=${baseline} />
  ${xTicks.map(
    ({ x, index }) => svg`
      <text class="plot-day" x=${Math.max(size.left + 18, Math.min(size.width - 20, x))} y=${size.height - 6}>${dayMonth().format(dateOf(plot.days[index] ?? ''))}</text>`,
  )}`;

const drawn = ({ line, area, bars }: PlotShape['series'][number], index: number) => svg`
  <g class="plot-series plot-${(index % 6) + 1}">
    ${area ? svg`<path class="plot-area" d=${area} />` : nothing}
    ${line ? svg`<path class="plot-line" d=${line} />` : nothing}
    ${bars.map((bar) => svg`<rect class="plot-bar" x=${bar.x} y=${bar.y} width=${bar.width} height=${bar.height} />`)}
  </g>`;

const marks = ({ xs, series }: PlotShape, size: PlotSize, at: number) => svg`
  <line class="plot-cursor" x1=${xs[at] ?? 0} x2=${xs[at] ?? 0} y1=${size.top} y2=${size.height - size.bottom} />
  ${series.map(({ ys, bars }, index) => {
    const y = ys[at] ?? null;
    return y === null || bars.length > 0
      ? nothing
      : svg`<circle class="plot-point plot-${(index % 6) + 1}" cx=${xs[at] ?? 0} cy=${y} r="4" />`;
  })}`;

const legend = ({ series }: PlotOptions): TemplateResult => html`<ul class="plot-legend">
  ${series.map(({ words }, index) => html`<li><span class="plot-key plot-${(index % 6) + 1}"></span>${words}</li>`)}
</ul>`;

const dayTold = (plot: PlotOptions, at: number): string =>
  [plot.dayWords, dayWords(plot.days[at] ?? '')].filter(Boolean).join(' ');

const valueTold = (plot: PlotOptions, value: number | null | undefined): string =>
  value === null || value === undefined ? 'not known' : plot.format(value);

/** A day in one sentence, for whoever hears it. */
const told = (plot: PlotOptions, at: number): string =>
  `${dayTold(plot, at)}: ${plot.series
    .map(({ words, values }) => {
      const value = valueTold(plot, values[at]);
      return plot.series.length > 1 ? `${words} ${value}` : value;
    })
    .join(', ')}`;

const tip = (
  plot: PlotOptions,
  at: number,
): TemplateResult => html`<div class="plot-tip" aria-hidden="true">
  <strong>${dayTold(plot, at)}</strong>
  ${plot.series.map(
    ({ words, values }, index) => html`<div>
      <span class="plot-key plot-${(index % 6) + 1}"></span><span>${words}</span>
      <b>${valueTold(plot, values[at])}</b>
    </div>`,
  )}
</div>`;

const table = (plot: PlotOptions): TemplateResult => html`<div
  class="plot-table"
  role="region"
  tabindex="0"
  aria-label="${plot.title} as a table"
>
  <table>
    <thead>
      <tr>
        <th scope="col">${plot.dayWords ?? 'Day'}</th>
        ${plot.series.map(({ words }) => html`<th scope="col">${words}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${plot.days.map(
        (day, at) => html`<tr>
          <td data-label=${plot.dayWords ?? 'Day'} class="nowrap">${dayWords(day)}</td>
          ${plot.series.map(({ words, values }) => html`<td data-label=${words}>${valueTold(plot, values[at])}</td>`)}
        </tr>`,
      )}
    </tbody>
  </table>
</div>`;

function save({ title, days, series, csvValue = (value) => value }: PlotOptions): void {
  const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const rows = days.map((day, at) => [
    day,
    ...series.map(({ values }) => {
      const value = values[at] ?? null;
      return value === null ? null : csvValue(value);
    }),
  ]);
  const span = days.length > 0 ? `-${days[0]}-${days.at(-1)}` : '';
  downloadCsv(`${name}${span}`, [['day', ...series.map(({ words }) => words)], ...rows]);
}
