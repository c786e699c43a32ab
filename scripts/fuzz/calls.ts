import { ROUTES } from '@dream/contract';
import type { Route } from '@dream/contract/respond';
import {
  type Arbitrary,
  array,
  constant,
  constantFrom,
  dictionary,
  integer,
  oneof,
  record,
  sample,
  string,
  tuple,
} from 'fast-check';
import { beyond, fromSchema, KNOWN, ODD } from './from-schema.ts';

/** A call to make. What stands in braces is filled in by the world it is made in. */
export interface FuzzCall {
  /** The name of the route it began as. */
  route: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

type Row = Pick<Route, 'method' | 'path' | 'auth' | 'body' | 'query' | 'upload'>;

/** What opens what. */
const OPENED_BY: Record<string, Record<string, string>> = {
  sk: { authorization: 'Bearer {sk}' },
  pk: { authorization: 'Bearer {pk}', origin: 'http://localhost:5173' },
  session: { authorization: 'Bearer {session}' },
  user: { authorization: 'Bearer {sk}', 'x-user-id': '{customer}' },
  operator: { authorization: 'Bearer {operator}' },
  developer: { authorization: 'Bearer {operator}' },
  none: {},
};

/** Keys that open nothing here, or another place. */
const WRONG: readonly Record<string, string>[] = [
  {},
  { authorization: 'Bearer {other sk}', 'x-user-id': '{customer}' },
  { authorization: 'Bearer {sk}x', 'x-user-id': '{customer}' },
  { authorization: 'Bearer {pk}', 'x-user-id': '{customer}' },
  { authorization: 'Bearer {sk}', 'x-user-id': '{other customer}' },
  { authorization: 'Bearer sk_test_', 'x-user-id': '{own}' },
  { authorization: 'Basic e30=' },
  { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.', 'x-user-id': '{own}' },
];

/** Header values that can be sent at all. */
const headerText = string({ maxLength: 30 }).map((text) => text.replace(/[^\x20-\x7e]/g, ''));
const headers: Arbitrary<Record<string, string>> = oneof(
  { weight: 6, arbitrary: constant({}) },
  {
    weight: 2,
    arbitrary: constantFrom('a', 'b', 'c').map(
      (key): Record<string, string> => ({
        'idempotency-key': key,
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: constantFrom<Record<string, string>>(
      { 'x-user-id': '{own}' },
      { 'x-user-id': 'cust_' },
      { 'x-user-plan': 'big' },
      { 'x-user-plan': '../x' },
      { 'x-user-token': '{session}' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'multipart/form-data' },
      { 'content-encoding': 'gzip' },
      { 'idempotency-key': 'x'.repeat(300) },
      { 'x-forwarded-for': '1.2.3.4', origin: 'null' },
    ),
  },
  {
    weight: 1,
    arbitrary: dictionary(
      constantFrom(
        'x-user-id',
        'x-user-plan',
        'x-user-token',
        'idempotency-key',
        'origin',
        'accept',
      ),
      headerText,
    ),
  },
);

/** A name of the path: mostly what is there, else what is somebody else's, made up or no name at all. */
function segment(name: string): Arbitrary<string> {
  const own: Record<string, string> = {
    id: '{customer}',
    project: '{project}',
    mode: 'test',
    hold: '{hold}',
    name: 'free',
    webhook: '{webhook}',
    key: '{key}',
    product: '{product}',
  };
  return oneof(
    { weight: 8, arbitrary: constant(own[name] ?? `{${name}}`) },
    { weight: 2, arbitrary: constantFrom(...KNOWN) },
    { weight: 1, arbitrary: constantFrom(...ODD).map(inPath) },
  );
}

const inPath = (text: string): string => encodeURIComponent(text.toWellFormed()).slice(0, 3000);

function pathOf({ path }: Row): Arbitrary<string> {
  const parts = path
    .split('/')
    .map((part) => (part.startsWith(':') ? segment(part.slice(1)) : constant(part)));
  return tuple(...parts).map((texts) => texts.join('/'));
}

function queryOf({ query, auth }: Row, oddness: number): Arbitrary<string> {
  const asked = query ? fromSchema(query, oddness) : constant({});
  return asked.map((values) => {
    const pairs = Object.entries(Object(values)).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value.toWellFormed() : textOf(value),
    ]);
    const search = new URLSearchParams(pairs);
    if (auth.includes('pk') && !auth.includes('sk')) search.set('pk', '{pk}');
    const text = search
      .toString()
      .replaceAll(/%7B([a-z+]+)%7D/g, (_, one) => `{${one.replace('+', ' ')}}`);
    return text === '' ? '' : `?${text.slice(0, 4000)}`;
  });
}

function bodyOf({ method, body, upload }: Row, oddness: number): Arbitrary<string | null> {
  if (upload) return oneof(constant(null), string({ unit: 'binary' }), constant('\u0089PNG\r\n'));
  if (!body) return method === 'get' ? constant(null) : oneof(constant(null), constant('{}'));
  const right = fromSchema(body, oddness).map((value) => JSON.stringify(value) ?? '');
  if (oddness === 0) return right;
  return oneof(
    { weight: 20, arbitrary: right },
    { weight: 1, arbitrary: beyond.map((value) => textOf(value)) },
    { weight: 1, arbitrary: right.map((text) => text.slice(0, -1)) },
    { weight: 1, arbitrary: constantFrom(...LARGE) },
    { weight: 1, arbitrary: constant(null) },
  );
}

/** Bodies at which a parser or a limit of ours may give up. */
const LARGE = [
  '['.repeat(50_000),
  `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  `{"amount":${'9'.repeat(10_000)}}`,
  `{"feature":"${'x'.repeat(200_000)}"}`,
  '{"amount":1,"amount":2}',
  '\ufeff{}',
  '{"__proto__":{"amount":1}}',
  '"\\ud800"',
];

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return String(value);
  }
}

function callsOf(route: string, row: Row, oddness: number): Arbitrary<FuzzCall> {
  const openers = row.auth.map((auth) => OPENED_BY[auth] ?? {});
  const wrongly = oddness === 0 ? 1 : 4;
  return tuple(
    pathOf(row),
    queryOf(row, oddness),
    bodyOf(row, oddness),
    oneof(
      { weight: 20, arbitrary: constantFrom(...openers) },
      { weight: wrongly, arbitrary: constantFrom(...WRONG) },
    ),
    headers,
    oneof(
      { weight: 40, arbitrary: constant<string>(row.method) },
      { weight: 1, arbitrary: constantFrom('get', 'post', 'put', 'patch', 'delete', 'head') },
    ),
  ).map(([path, query, body, opened, more, called]) => {
    const method = called.toUpperCase();
    const isBare = method === 'GET' || method === 'HEAD' || body === null;
    const type: Record<string, string> = isBare ? {} : { 'content-type': 'application/json' };
    return {
      route,
      method,
      path: path + query,
      headers: { ...type, ...opened, ...more },
      body: isBare ? null : body.toWellFormed(),
    };
  });
}

/** What counts is called more than its share: there a mistake costs most. */
const OFTEN = new Set([
  'trackUsage',
  'trackBatch',
  'holdUsage',
  'settleHold',
  'renewHold',
  'getUsage',
]);

/** What ends a project or stops it is called less: a world after it has to be made anew, at some cost. */
const SELDOM = new Set(['deleteProject', 'suspendProject']);

/** Calls that mostly count: of those that are drawn from schemas alone, one in three hundred counts. */
const COUNTED: Arbitrary<FuzzCall> = tuple(
  array(
    record(
      {
        customer: constantFrom('ada', 'eve', '{customer}'),
        feature: constantFrom('requests', 'exports'),
        amount: integer({ min: 1, max: 12 }),
      },
      { requiredKeys: ['customer'] },
    ),
    { minLength: 1, maxLength: 4 },
  ),
  headers,
).map(([events, more]) => {
  const [first, second] = events;
  if (!first) throw new Error('A list of one or more was empty');
  const { customer, ...single } = first;
  const sent = { 'content-type': 'application/json', authorization: 'Bearer {sk}' };
  const called = second
    ? { route: 'trackBatch', path: '/api/usage/batch', headers: { ...sent, ...more } }
    : {
        route: 'trackUsage',
        path: '/api/usage',
        headers: {
          ...sent,
          'x-user-id': customer,
          ...(customer === 'eve' && { 'x-user-plan': 'big' }),
          ...more,
        },
      };
  return { ...called, method: 'POST', body: JSON.stringify(second ? { events } : single) };
});

const CALLS: Arbitrary<FuzzCall> = oneof(
  { weight: 600, arbitrary: COUNTED },
  ...[...ROUTES].flatMap(([name, row]) => {
    const weight = OFTEN.has(name) ? 120 : SELDOM.has(name) ? 1 : 10;
    return [0, 10].map((oddness) => ({ weight, arbitrary: callsOf(name, row as Row, oddness) }));
  }),
);

/** The call with a number, the same for the same seed. */
export function callAt(seed: number, number: number): FuzzCall {
  const [call] = sample(CALLS, { seed: Math.imul(seed, 1_000_003) + number, numRuns: 1 });
  if (!call) throw new Error('No call was made');
  return call;
}
