/** What a plan gives: units each period, and how many of what is left go on into the next. */
export interface Terms {
  allowanceUnits: number;
  rollOverCapUnits: number;
}
const NOTHING: Terms = { allowanceUnits: 0, rollOverCapUnits: 0 };

/** Credits with one end, null for none. */
interface Lot {
  id: string;
  source: 'allowance' | 'roll_over' | 'purchase' | 'grant';
  units: number;
  usedUnits: number;
  startsMs: number;
  endsMs: number | null;
}

const leftOf = ({ units, usedUnits }: Lot): number => Math.max(0, units - usedUnits);
const isOfPlan = ({ source }: Lot): boolean => source === 'allowance' || source === 'roll_over';

/** What ends first, then what is rolled over, then what is oldest. */
const inOrder = (lots: readonly Lot[]): Lot[] =>
  lots.toSorted(
    (one, other) =>
      (one.endsMs ?? 9e15) - (other.endsMs ?? 9e15) ||
      Number(other.source === 'roll_over') - Number(one.source === 'roll_over') ||
      one.startsMs - other.startsMs,
  );

/** A customer's credits as the rules say it: time comes in by `pass`, and every end on its instant. */
export class ModelCredits {
  #lots: Lot[] = [];
  #endMs: number;
  #terms: Terms;
  readonly #periodEnd: (atMs: number) => number;
  /** Whatever was given by an id, or taken back before it came. */
  #known = new Map<string, { said: string; units: number }>();
  /** What features took, by day. */
  days: Record<string, number> = {};

  /** `usedUnits` of the allowance are used up already: by who was deleted and comes back. */
  constructor(
    terms: Terms | undefined,
    nowMs: number,
    periodEnd: (atMs: number) => number,
    usedUnits = 0,
  ) {
    this.#terms = terms ?? NOTHING;
    this.#periodEnd = periodEnd;
    this.#endMs = periodEnd(nowMs);
    this.#begin(nowMs, 0);
    for (const lot of this.#lots) lot.usedUnits = usedUnits;
  }

  get balanceUnits(): number {
    return this.#lots.reduce((sum, lot) => sum + leftOf(lot), 0);
  }

  /** What was used of the allowance. */
  get usedUnits(): number {
    return this.#lots.find(({ source }) => source === 'allowance')?.usedUnits ?? 0;
  }

  /** When the first of what is left ends. */
  get nextExpiryAtMs(): number | undefined {
    return this.shown.map(({ expiresAtMs }) => expiresAtMs).find((ms) => ms !== null);
  }

  /** What is left, in the order in which it is drawn. */
  get shown(): { source: string; leftUnits: number; expiresAtMs: number | null }[] {
    return inOrder(this.#lots)
      .filter((lot) => leftOf(lot) > 0)
      .map((lot) => ({ source: lot.source, leftUnits: leftOf(lot), expiresAtMs: lot.endsMs }));
  }

  #begin(atMs: number, rolledUnits: number): void {
    const lot = { usedUnits: 0, startsMs: atMs, endsMs: this.#endMs };
    const { allowanceUnits: units } = this.#terms;
    this.#lots.push({ ...lot, id: 'allowance', source: 'allowance', units });
    this.#lots.push({ ...lot, id: 'roll_over', source: 'roll_over', units: rolledUnits });
  }

  /** Goes on to an instant, past each end on the way. */
  pass(toMs: number): void {
    for (;;) {
      const ends = this.#lots.flatMap(({ endsMs }) => (endsMs === null ? [] : [endsMs]));
      const atMs = Math.min(this.#endMs, ...ends);
      if (atMs > toMs) return;
      if (atMs === this.#endMs) {
        const ended = this.#lots.filter(isOfPlan);
        const leftUnits = ended.reduce((sum, lot) => sum + leftOf(lot), 0);
        this.#lots = this.#lots.filter((lot) => !isOfPlan(lot));
        this.#endMs = this.#periodEnd(atMs);
        this.#begin(atMs, Math.min(leftUnits, this.#terms.rollOverCapUnits));
      }
      this.#lots = this.#lots.filter(({ endsMs }) => endsMs === null || endsMs > atMs);
    }
  }

  /** Takes what there is, at most `units`. */
  draw(units: number, atMs: number): void {
    let open = units;
    for (const lot of inOrder(this.#lots)) {
      const taken = Math.min(open, leftOf(lot));
      lot.usedUnits += taken;
      open -= taken;
    }
    if (open === units) return;
    const day = new Date(atMs).toISOString().slice(0, 10);
    this.days[day] = (this.days[day] ?? 0) + units - open;
  }

  /** The plan gives something else from now on; what was used stays used. */
  setTerms(terms: Terms | undefined): void {
    this.#terms = terms ?? NOTHING;
    for (const lot of this.#lots)
      if (lot.source === 'allowance') lot.units = this.#terms.allowanceUnits;
  }

  /** Gives credits, once for an id. */
  give(
    { id, source, units, endsMs }: Pick<Lot, 'id' | 'source' | 'units' | 'endsMs'>,
    said: string,
    nowMs: number,
  ): 'given' | 'replayed' | 'conflict' {
    const first = this.#known.get(id);
    if (first) return first.said === said ? 'replayed' : 'conflict';
    this.#known.set(id, { said, units });
    this.#lots.push({ id, source, units, usedUnits: 0, startsMs: nowMs, endsMs });
    return 'given';
  }

  /** Takes back what is left of an id; one that has not come yet gives nothing when it does. */
  take(id: string, said: string): void {
    this.#known.set(id, this.#known.get(id) ?? { said, units: 0 });
    this.#lots = this.#lots.filter((lot) => lot.id !== id);
  }
}
