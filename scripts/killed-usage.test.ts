import { expect, it } from 'vitest';
import { killUnderLoad } from './fuzz/kill.ts';

/** More of them by `KILLS=20`, elsewhere by `KILL_SEED=$RANDOM`. */
const KILLS = Number(process.env.KILLS ?? 2);
const SEED = Number(process.env.KILL_SEED ?? 7);

it(
  'killed under single and keyed calls, batches, holds, credits, leases and overage it has and bills every unit it acknowledged, and answers repeats as before',
  async () => {
    expect(await killUnderLoad({ kills: KILLS, seed: SEED })).toEqual([]);
  },
  90_000 + KILLS * 30_000,
);
