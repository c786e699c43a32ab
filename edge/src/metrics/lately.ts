/** How many answers are kept. */
const MOST = 20;

/** Answers that were costly to reckon, each kept for some time under the name of its question. */
export class Lately<T> {
  readonly #kept = new Map<string, { atMs: number; answer: T }>();
  readonly #keepMs: number;

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** The answer as it was lately, else a new one; that is kept if `isCostly` says so. */
  get(name: string, nowMs: number, reckon: () => T, isCostly: (answer: T) => boolean): T {
    const known = this.#kept.get(name);
    if (known && nowMs - known.atMs < this.#keepMs) return known.answer;
    this.#kept.delete(name);
    const answer = reckon();
    if (!isCostly(answer)) return answer;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= MOST) this.#kept.delete(oldest);
    this.#kept.set(name, { atMs: nowMs, answer });
    return answer;
  }
}
