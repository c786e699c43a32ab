/** Waits between tries, in seconds: about a day in all, then the job is dead and shown as such. */
const WAITS_SECONDS = [2, 10, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 28_800];

/** When a job that failed `tries` times is tried again, or null when it has had its last try. */
export function nextTryMs(tries: number, nowMs: number): number | null {
  const wait = WAITS_SECONDS[tries - 1];
  return wait === undefined ? null : nowMs + wait * 1000;
}
