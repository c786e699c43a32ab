import { page } from '../answer.ts';
import { faults } from '../faults.ts';
import { integer, type Params, text } from '../form.ts';
import type { Resource } from '../resource.ts';
import { type Entity, newId, type Scope } from '../scope.ts';
import { deleteClock, finishAdvance, startAdvance } from '../test-clock.ts';

/** How long a test clock is kept. */
const LIFE_SECONDS = 30 * 86_400;

/** `/v1/test_helpers/test_clocks`. */
export const testClocks: Resource = {
  'POST /v1/test_helpers/test_clocks': (scope, params) => createClock(scope, params),
  'GET /v1/test_helpers/test_clocks': (scope, params) =>
    page(
      scope.list('test_helpers.test_clock').filter((clock) => clock.deleted !== true),
      params,
      '/v1/test_helpers/test_clocks',
    ),
  'GET /v1/test_helpers/test_clocks/:id': (scope, _params, id) =>
    scope.must('test_helpers.test_clock', id),
  'DELETE /v1/test_helpers/test_clocks/:id': (scope, _params, id) =>
    deleteClock(scope, scope.must('test_helpers.test_clock', id)),
  'POST /v1/test_helpers/test_clocks/:id/advance': (scope, params, id) => {
    const clock = startAdvance(scope, scope.must('test_helpers.test_clock', id), givenTime(params));
    setImmediate(() => finishAdvance(scope, id));
    return clock;
  },
};

function createClock(scope: Scope, params: Params): Entity {
  if (scope.livemode) throw faults.wrongState('Test clocks can only be used in test mode.');
  const nowSeconds = scope.nowSeconds();
  const clock = scope.put('test_helpers.test_clock', {
    id: newId('clock'),
    object: 'test_helpers.test_clock',
    created: nowSeconds,
    deletes_after: nowSeconds + LIFE_SECONDS,
    frozen_time: givenTime(params),
    livemode: scope.livemode,
    name: text(params, 'name') ?? null,
    status: 'ready',
    status_details: {},
  });
  scope.emit('test_helpers.test_clock.created', clock);
  return clock;
}

function givenTime(params: Params): number {
  const seconds = integer(params, 'frozen_time');
  if (seconds === undefined) throw faults.required('frozen_time');
  return seconds;
}
