import type { Store } from '../core/store.ts';
import { faults } from './faults.ts';

/** A key's first call and its answer. */
interface Kept {
  id: string;
  fingerprint: string;
  atMs: number;
  status: number;
  answer: object;
}

const KEEP_MS = 86_400_000;

/** Answers of keyed POSTs, for a day. */
export function openReplies(store: Store) {
  const replies = store.collection<Kept>('idempotency');
  return {
    /** The first answer of a key, or null for a new one. Throws when the parameters differ. */
    find(key: string, fingerprint: string, nowMs: number): Kept | null {
      const kept = replies.get(key);
      if (!kept || nowMs - kept.atMs > KEEP_MS) return null;
      if (kept.fingerprint !== fingerprint) throw faults.keyReused();
      return kept;
    },
    keep: (kept: Kept) => void replies.put(kept),
  };
}
