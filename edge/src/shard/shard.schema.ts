import {
  CREDIT_BALANCE_SCHEMA,
  CREDIT_DRAW_SCHEMA,
  CREDIT_LEVEL_SCHEMA,
  CREDIT_SCHEMA,
} from '../credits/credits.schema.ts';
import { DEVICE_SCHEMA, SESSIONS_SCHEMA } from '../sessions/sessions.schema.ts';
import { SHARD_CLOCK_SCHEMA } from '../test-clock/clock.schema.ts';
import { HOLD_SCHEMA } from '../usage/hold.schema.ts';
import {
  ANSWER_LOG_SCHEMA,
  GRANT_SCHEMA,
  METER_SCHEMA,
  NOTICE_SCHEMA,
  OVERAGE_SCHEMA,
  ROLL_UP_SCHEMA,
  SEQUENCE_SCHEMA,
  STANDING_SCHEMA,
  TERMS_SCHEMA,
} from '../usage/meter.schema.ts';

/** The tables of one shard. Append a step to change them; never edit one that was released. */
export const SHARD_STEPS: readonly string[] = [
  `${METER_SCHEMA}\n${SESSIONS_SCHEMA}`,
  `${DEVICE_SCHEMA}\n${STANDING_SCHEMA}`,
  NOTICE_SCHEMA,
  TERMS_SCHEMA,
  OVERAGE_SCHEMA,
  SHARD_CLOCK_SCHEMA,
  ROLL_UP_SCHEMA,
  ANSWER_LOG_SCHEMA,
  HOLD_SCHEMA,
  CREDIT_SCHEMA,
  CREDIT_DRAW_SCHEMA,
  CREDIT_LEVEL_SCHEMA,
  GRANT_SCHEMA,
  SEQUENCE_SCHEMA,
  CREDIT_BALANCE_SCHEMA,
];
