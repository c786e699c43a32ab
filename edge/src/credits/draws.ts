/** Credits a feature took on a day that are in no grant and no entry yet; `atMs` is of the newest call. */
export interface Draw {
  units: number;
  day: string;
  atMs: number;
}

/** Where they are until then: in the rows that calls write anyway, by feature. */
export interface Draws {
  of(customerId: string): ReadonlyMap<string, Draw>;
  /** Forgets them: they are written down. */
  clear(customerId: string): void;
}
