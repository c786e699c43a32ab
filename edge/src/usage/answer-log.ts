import type { Usage } from '@dream/contract';

/** How a key was answered first. `fingerprint` is of the call: another one with the key is a conflict. */
export interface FirstAnswer {
  fingerprint: string;
  atMs: number;
  usage: Usage;
}

/**
 * First answers of keyed calls as text, the newest last. A line has key, fingerprint, instant, count,
 * units of overage, and the rest of the answer as JSON, left out where it is that of the line before.
 * It begins with its line break, so that logs can be put together; keys have no tab.
 */
type AnswerLog = string;

/** The log with one answer more. */
export function logAnswer(log: AnswerLog, key: string, answer: FirstAnswer): AnswerLog {
  const { count, remaining: _, overageUnits = '', ...rest } = answer.usage;
  const json = JSON.stringify(rest);
  const before = log.lastIndexOf('\t{');
  const said = before >= 0 && log.startsWith(json, before + 1) ? '' : json;
  return `${log}\n${key}\t${answer.fingerprint}\t${answer.atMs}\t${count}\t${overageUnits}\t${said}`;
}

/** The newest answer of a key; null when there is none. */
export function findAnswer(log: AnswerLog, key: string): FirstAnswer | null {
  const at = log.lastIndexOf(`\n${key}\t`);
  if (at < 0) return null;
  const [, fingerprint = '', atMs, count, overageUnits, said] = lineAt(log, at + 1).split('\t');
  const json = said || lineAt(log, log.lastIndexOf('\t{', at) + 1);
  const rest = JSON.parse(json) as Omit<Usage, 'count' | 'remaining' | 'overageUnits'>;
  const { limit, ...others } = rest;
  const usage: Usage = {
    count: Number(count),
    limit,
    remaining:
      limit === 'unlimited' ? limit : Math.max(0, limit - Number(count) - (others.held ?? 0)),
    ...(overageUnits && { overageUnits: Number(overageUnits) }),
    ...others,
  };
  return { fingerprint, atMs: Number(atMs), usage };
}

/** The keys of a log. */
export const keysIn = (log: AnswerLog): string[] =>
  log
    .split('\n')
    .slice(1)
    .map((line) => line.slice(0, line.indexOf('\t')));

/** The text from `start` to the end of its line. */
function lineAt(log: AnswerLog, start: number): string {
  const end = log.indexOf('\n', start);
  return log.slice(start, end < 0 ? undefined : end);
}
