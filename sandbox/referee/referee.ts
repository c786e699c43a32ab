import type { Witness } from '../src/stripe/witness.ts';
import { ALLOWED } from './allowed.ts';
import { createJudge, type Violation } from './judge.ts';
import { openSchemas } from './schemas.ts';

/** A witness that remembers what was not as Stripe's types have it. */
export interface Referee extends Witness {
  /** The violations so far, one for each rule, also those that are allowed. */
  violations(): Violation[];
  /** Throws with every violation that `allowed.ts` does not name. */
  assertClean(): void;
}

let judge: ReturnType<typeof createJudge> | undefined;

/** A referee with a clean sheet; the judge behind it is made once in a process. */
export async function openReferee(): Promise<Referee> {
  judge ??= createJudge(await openSchemas());
  const known = judge;
  const sheet = new Map<string, Violation>();
  const note = (violations: Violation[]) => {
    for (const violation of violations)
      if (!sheet.has(violation.rule)) sheet.set(violation.rule, violation);
  };
  return {
    exchange: (exchange) => note(known.exchange(exchange)),
    event: (body) => note(known.event(body)),
    violations: () => [...sheet.values()],
    assertClean() {
      const found = [...sheet.values()].filter(({ rule }) => !ALLOWED.has(rule));
      if (found.length === 0) return;
      const lines = found.map(({ rule, seen }) => `  ${rule}\n      ${seen}`).toSorted();
      throw new Error(`Not as the types of the stripe package have it:\n${lines.join('\n')}`);
    },
  };
}
