import type { TestCall } from '@dream/contract';
import { expect, it } from 'vitest';
import { callText, outcomeWords } from './test-call.ts';

const answered = (status: number, body: TestCall['body']): TestCall => ({
  status,
  body,
  requestId: 'req_1',
  customerId: null,
});
const used = (usage: object) => answered(200, { success: true, usage: { plan: 'free', ...usage } });

it('shows the call with its feature and key, and a place for the secret', () => {
  expect(callText('https://edge.example', 'poems', 'click-1').split('\n')).toEqual([
    'POST /api/usage HTTP/1.1',
    'Host: edge.example',
    'Authorization: Bearer sk_test_…',
    'X-User-Id: test_call',
    'Idempotency-Key: click-1',
    'Content-Type: application/json',
    '',
    '{"feature":"poems"}',
  ]);
});

it.each([
  [used({ count: 1, remaining: 9 }), 'Allowed and counted: 1 used, 9 left on free.'],
  [used({ count: 1, remaining: 'unlimited' }), 'Allowed and counted: 1 used, without a limit.'],
  [
    used({ count: 11, remaining: 0, wouldRefuse: 'limit_reached' }),
    'Counted, and in force it would be refused: limit_reached.',
  ],
  [
    answered(403, { code: 'limit_reached', message: 'Please upgrade.' }),
    'Refused, and nothing was counted. Your server stops here. Please upgrade.',
  ],
  [answered(404, { message: 'Make the feature.' }), 'Not counted. Make the feature.'],
])('says what an answer means: %o', (answer, words) => {
  expect(outcomeWords(answer)).toBe(words);
});
