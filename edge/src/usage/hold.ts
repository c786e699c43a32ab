import type { Hold, Usage } from '@dream/contract';
import type { ErrorCode } from '@dream/contract/errors';
import { base32 } from '../auth/base32.ts';
import { isShard } from '../customers/customer-id.ts';
import type { FailDetails } from '../http/fail.ts';

/** How long is known what became of a hold. */
export const KNOWN_FOR_MS = 24 * 3_600_000;

const HOLD_ID = /^hold_([0-9a-z]{2})[0-9a-z]{20}(?:_([1-9][0-9]{0,8}))?$/;

/** The id of a first hold: `hold_`, two characters for the shard, twenty of 13 bytes. */
export const holdId = (shard: string, random: Uint8Array): string =>
  `hold_${shard}${base32(random).slice(0, 20)}`;

/** A hold as its id names it: the row it is in, and which of that row's grants it is. */
export interface HoldName {
  shard: string;
  rowId: string;
  turn: number;
}

/** What an id names, or null for text that is no id of a hold. */
export function holdNamed(id: string): HoldName | null {
  const [, shard, turn] = HOLD_ID.exec(id) ?? [];
  if (shard === undefined || !isShard(shard)) return null;
  return { shard, rowId: id.split('_', 2).join('_'), turn: turn === undefined ? 0 : Number(turn) };
}

/** The id of one of a row's grants: the row's own for the first, and a new one for each renewal. */
export const turnId = (rowId: string, turn: number): string =>
  turn === 0 ? rowId : `${rowId}_${turn}`;

/** What a holder asks for. */
export interface Asked {
  amountUnits: number;
  atLeastUnits: number;
  seconds: number;
}

/** What a renewal asks for: null amounts are those of the first grant, and all of them. */
export interface AskedNext {
  amountUnits: number | null;
  atLeastUnits: number | null;
  seconds: number;
}

/** What a renewal comes to that says nothing of how much. */
export function askedNext(
  { amountUnits, atLeastUnits, seconds }: AskedNext,
  firstUnits: number,
): Asked {
  const units = amountUnits ?? firstUnits;
  return { amountUnits: units, atLeastUnits: atLeastUnits ?? units, seconds };
}

/** Why nobody can be granted at least more than all; null where nobody asks for it. */
export const wrongAtLeast = ({ amountUnits, atLeastUnits }: Asked): Refused | null =>
  atLeastUnits <= amountUnits ? null : wrong('atLeast', 'Must not be more than the amount.');

const wrong = (path: string, message: string): Refused => ({
  kind: 'refused',
  code: 'invalid_request',
  details: { issues: [{ path, message }] },
});

/**
 * How many units to grant: all, or as many as are left. Never fewer than `atLeastUnits`: where not
 * even these are left they are what is refused. `limitUnits` is null where nothing limits.
 */
export const unitsToGrant = (
  limitUnits: number | null,
  takenUnits: number,
  { amountUnits, atLeastUnits }: Pick<Asked, 'amountUnits' | 'atLeastUnits'>,
): number =>
  limitUnits === null
    ? amountUnits
    : Math.max(atLeastUnits, Math.min(amountUnits, limitUnits - takenUnits));

/** How long a hold lasts: what was asked for, and never beyond the period. */
export const lastingMs = (seconds: number, leftOfPeriodMs: number): number =>
  Math.max(0, Math.min(seconds * 1000, leftOfPeriodMs));

/** How a hold ended. `usedUnits` is null for one that expired: then all of them were. */
export interface Closed {
  turn: number;
  usedUnits: number | null;
  key: string | null;
  fingerprint: string;
  answer: HeldAnswer | null;
}

/** What is answered to a hold, again and again. */
export interface HeldAnswer {
  hold: Hold | null;
  refusal: Refused | null;
  usage: Usage;
}

/** A call that is refused, by its code. */
export interface Refused {
  kind: 'refused';
  code: ErrorCode;
  details: FailDetails;
  retryAfterSeconds?: number;
}

/** What is known of a hold and of the grant before it. */
export interface KeptHold {
  turn: number;
  units: number;
  isLive: boolean;
  closed: Closed | null;
}

/** How a holder wants to end a hold. What it says has to be the same to be the same again. */
export type Closing = Pick<Closed, 'key' | 'fingerprint'> & {
  usedUnits: number;
  /** A renewal is repeated by saying all of it again, a settlement by its units. */
  isRenewal: boolean;
};

/**
 * Whether a hold can be ended as its holder says: it is open; it was ended before with the same, and
 * is answered as it was then; or why not.
 */
export function decideClosing(
  { turn: newest, units, isLive, closed }: KeptHold,
  turn: number,
  { usedUnits, key, fingerprint, isRenewal }: Closing,
): { kind: 'open' } | { kind: 'repeat'; answer: HeldAnswer } | Refused {
  const no = (code: ErrorCode): Refused => ({ kind: 'refused', code, details: {} });
  if (turn > newest) return no('hold_not_found');
  if (turn === newest && isLive)
    return usedUnits <= units
      ? { kind: 'open' }
      : wrong('used', `Must not be more than the ${units} units of the hold.`);
  // Renewed more than once since: whoever renewed it had the answer to this one, or no id to renew. So
  // nobody waits for it any more, and a row does not grow with a lease that goes on for days.
  if (closed?.turn !== turn) return no('hold_settled');
  if (closed.usedUnits === null || closed.answer === null) return no('hold_expired');
  const isSame = !isRenewal && closed.usedUnits === usedUnits;
  if (isSame || closed.fingerprint === fingerprint)
    return { kind: 'repeat', answer: closed.answer };
  return no(key !== null && key === closed.key ? 'idempotency_conflict' : 'hold_settled');
}
