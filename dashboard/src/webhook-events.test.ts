import { WEBHOOK_EVENTS } from '@dream/contract/webhooks';
import { expect, it } from 'vitest';
import { WEBHOOK_EVENT_NAMES } from './webhook-events.ts';

it('offers every event there is', () => {
  expect(WEBHOOK_EVENT_NAMES.toSorted()).toEqual([...WEBHOOK_EVENTS].toSorted());
});
