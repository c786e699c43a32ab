/** How many failures are told of one environment. */
export const MOST_FAILURES = 5;

/** What waits in an environment, and what failed. */
export interface OpenWork {
  openJobs: number;
  overdueJobs: number;
  deadJobs: number;
  waitingEvents: number;
  waitingDeliveries: number;
  failures: { kind: string; state: string; error: string; atMs: number }[];
}
