import { createHash } from 'node:crypto';
import { DRAWERS } from './couplets.ts';

/** What a poem can be about. */
export type Theme = keyof typeof DRAWERS;

/** Four lines under a title. */
export interface Poem {
  title: string;
  lines: string[];
}

/** Every theme there are couplets for. */
export const THEMES = Object.keys(DRAWERS) as readonly Theme[];

/** Whether this is the name of a theme; any JSON may be asked. */
export const isTheme = (value: unknown): value is Theme => THEMES.includes(value as Theme);

/** One poem about a theme. The same theme and seed give the same poem, whenever they are asked. */
export function poemOf(theme: Theme, seed: string): Poem {
  const pick = dealer(`${theme}\n${seed}`);
  const { titles, openings, closings } = DRAWERS[theme];
  const title = pick(titles);
  const lines = [...pick<readonly string[]>(openings), ...pick<readonly string[]>(closings)];
  return {
    title,
    lines: lines.map((line) =>
      line.replaceAll(/\{([^}]+)\}/g, (_, words: string) => pick(words.split('|'))),
    ),
  };
}

type Pick = <T>(choices: readonly T[]) => T;

/** Deals by the bytes of a hash, two for each pick: 16 picks, and a poem needs 7 at most. */
function dealer(seed: string): Pick {
  const bytes = createHash('sha256').update(seed).digest();
  let offset = 0;
  return <T>(choices: readonly T[]): T => {
    const at = bytes.readUInt16BE(offset) % choices.length;
    offset += 2;
    return choices[at] as T;
  };
}
