import {
  anything,
  type Arbitrary,
  array,
  boolean,
  constant,
  constantFrom,
  double,
  integer,
  oneof,
  record,
  string,
  stringMatching,
} from 'fast-check';

/** A schema of the contract as far as values are made of it; `pipe` begins with the schema itself. */
interface Schema {
  type: string;
  entries?: Record<string, Schema>;
  options?: readonly unknown[];
  item?: Schema;
  wrapped?: Schema;
  literal?: unknown;
  pipe?: readonly Step[];
}
interface Step {
  type: string;
  requirement?: unknown;
}

/** Names that a world fills in with what it has, and text that few expect. */
export const KNOWN = [
  '{customer}',
  '{own}',
  '{other customer}',
  '{hold}',
  '{project}',
  '{other project}',
  '{session}',
  'requests',
  'exports',
  'free',
  'big',
  'usd',
  'test',
] as const;
export const ODD = [
  '',
  ' ',
  '0',
  'null',
  'constructor',
  '__proto__',
  'toString',
  '../../etc/passwd',
  "'; DROP TABLE meter; --",
  '%00',
  '%',
  '\u0000',
  '\ud800',
  '\u202eabc',
  '👩‍👩‍👧‍👧',
  'é'.repeat(300),
  '9'.repeat(40),
  'x'.repeat(5000),
  '=cmd()',
  'http://127.0.0.1:9/',
  'https://shop.invalid/',
  'ada@shop.invalid',
  '2028-02-29',
  '1e309',
] as const;

const texts = oneof(
  { weight: 5, arbitrary: constantFrom(...KNOWN) },
  { weight: 2, arbitrary: constantFrom(...ODD) },
  { weight: 2, arbitrary: string({ unit: 'binary', maxLength: 40 }) },
  { weight: 2, arbitrary: string({ maxLength: 12 }) },
);

const numbers = oneof(
  integer({ min: 0, max: 12 }),
  integer(),
  double(),
  constantFrom(-1, 0.5, 1e9, 1e9 + 1, 2 ** 53, 1e308, -0),
);

/** Values that no schema asked for. */
export const beyond: Arbitrary<unknown> = oneof(
  anything({ withNullPrototype: false, maxDepth: 3 }),
  texts,
  numbers,
  constantFrom(null, true, [], {}, [[]], { __proto__: null, constructor: { prototype: 1 } }),
  constantFrom(3, 100, 2000).map(nested),
);

/** A list in a list in a list. */
function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level++) value = level % 2 ? { a: value } : [value];
  return value;
}

/**
 * Values that a schema takes, mostly: what its finer rules refuse may be among them. `oddness` is how
 * many of a hundred places get a value from beyond it.
 */
export function fromSchema(schema: unknown, oddness: number): Arbitrary<unknown> {
  const right = valuesOf(schema as Schema, oddness);
  if (oddness === 0) return right;
  return oneof({ weight: 100 - oddness, arbitrary: right }, { weight: oddness, arbitrary: beyond });
}

function valuesOf(schema: Schema, oddness: number): Arbitrary<unknown> {
  const inner = (one: unknown) => fromSchema(one, oddness);
  switch (schema.type) {
    case 'object':
    case 'strict_object':
    case 'loose_object':
      return objectOf(schema.entries ?? {}, oddness);
    case 'array':
      return array(inner(schema.item), { maxLength: 4 });
    case 'union':
    case 'variant':
      return oneof(...(schema.options ?? []).map(inner));
    case 'picklist':
      return constantFrom(...(schema.options ?? []));
    case 'literal':
      return constant(schema.literal);
    case 'optional':
    case 'exact_optional':
      return inner(schema.wrapped);
    case 'nullable':
      return oneof(
        { weight: 4, arbitrary: inner(schema.wrapped) },
        { weight: 1, arbitrary: constant(null) },
      );
    case 'boolean':
      return boolean();
    case 'number':
      return numberOf(schema.pipe ?? []);
    case 'string':
      return textOf(schema.pipe ?? []);
    case 'unknown':
      return beyond;
    default:
      throw new Error(`No values are made of a schema of the type ${schema.type} yet`);
  }
}

function objectOf(entries: Record<string, Schema>, oddness: number): Arbitrary<unknown> {
  const isOptional = ({ type }: Schema) => type === 'optional' || type === 'exact_optional';
  const names = Object.entries(entries);
  const fields = Object.fromEntries(names.map(([name, one]) => [name, fromSchema(one, oddness)]));
  const requiredKeys = names.filter(([, one]) => !isOptional(one)).map(([name]) => name);
  const right = record(fields, { requiredKeys, noNullPrototype: true });
  if (oddness === 0) return right;
  const loose = record({ ...fields, extra: beyond }, { requiredKeys: [], noNullPrototype: true });
  return oneof({ weight: 100 - oddness, arbitrary: right }, { weight: oddness, arbitrary: loose });
}

function requirementOf(pipe: readonly Step[], type: string): unknown {
  return pipe.find((step) => step.type === type)?.requirement;
}

/** Small numbers, the bounds, and any between them. */
function numberOf(pipe: readonly Step[]): Arbitrary<number> {
  const min = Number(requirementOf(pipe, 'min_value') ?? 0);
  const max = Number(requirementOf(pipe, 'max_value') ?? 1e9);
  return oneof(
    { weight: 4, arbitrary: integer({ min, max: Math.min(max, min + 12) }) },
    { weight: 1, arbitrary: constantFrom(min, max) },
    { weight: 1, arbitrary: integer({ min, max: Math.min(max, 2 ** 31 - 1) }) },
  );
}

/** Text of the pattern that is asked for, and of none. */
function textOf(pipe: readonly Step[]): Arbitrary<string> {
  const pattern = requirementOf(pipe, 'regex');
  const fitting = pattern instanceof RegExp ? matching(pattern) : null;
  return fitting
    ? oneof({ weight: 3, arbitrary: texts }, { weight: 2, arbitrary: fitting })
    : texts;
}

/** Null for a long pattern, or one that looks ahead: to make text of such a one takes seconds. */
function matching(pattern: RegExp): Arbitrary<string> | null {
  const { source } = pattern;
  return source.length > 60 || source.includes('(?')
    ? null
    : stringMatching(pattern, { size: '-1' });
}
