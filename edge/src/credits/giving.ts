/** Credits to give. The same `id` is given once; `fingerprint` tells a repeat from another call. */
export interface Giving {
  id: string;
  source: 'grant' | 'purchase';
  units: number;
  expires: { atMs: number } | { inDays: number } | null;
  note: string | null;
  fingerprint: string | null;
}
