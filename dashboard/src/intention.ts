/**
 * What somebody means to happen once. As long as it is not known whether it happened, the same body is
 * sent with the same key, so that trying again does nothing twice.
 */
export class Intention {
  #body = '';
  #key = '';

  /** The Idempotency-Key for a body: the same for the same one, until the intention ends. */
  keyOf(body: object): string {
    const text = JSON.stringify(body);
    if (this.#key === '' || text !== this.#body) {
      this.#body = text;
      this.#key = crypto.randomUUID();
    }
    return this.#key;
  }

  /** It happened, or was refused: whatever comes next is another intention. */
  end(): void {
    this.#key = '';
  }
}
