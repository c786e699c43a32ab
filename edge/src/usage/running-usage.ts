/** Usage of one feature in the period that runs. */
export interface RunningUsage {
  feature: string;
  usedUnits: number;
  periodStartMs: number;
  periodEndMs: number;
}
