import { parseArgs } from 'node:util';
import { fuzz, withEdge } from './fuzz/run.ts';

/**
 * Calls every route with what its schemas take and with what they do not, against the edge in workerd.
 * `--calls 1000000 --seed 1`; `--from` begins at a later call, so that one can be made again alone.
 */
const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    from: { type: 'string', default: '0' },
  },
});
const [calls, seed, from] = [values.calls, values.seed, values.from].map(Number) as [
  number,
  number,
  number,
];
console.log(`${calls} calls with the seed ${seed}`);
const startMs = performance.now();
const findings = await withEdge((target) =>
  fuzz(target, {
    seed,
    from,
    calls,
    found: ({ number, from: first, call, fault }) => {
      const again = `npm run fuzz -- --seed ${seed} --from ${first} --calls ${number - first + 1}`;
      console.error(`\n${fault}\n${call}\nAgain: ${again}`);
    },
    progress: (made) => {
      const perSecond = made / ((performance.now() - startMs) / 1000);
      console.log(`${made} calls, ${perSecond.toFixed(0)} a second`);
    },
  }),
);
console.log(findings.length === 0 ? 'Nothing was found.' : `${findings.length} were found.`);
process.exitCode = findings.length === 0 ? 0 : 1;
