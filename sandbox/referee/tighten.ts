import type { Json, Typings } from './typings.ts';

/** Names that are not whole numbers at Stripe; every other number is. */
const FRACTIONS = /percent|rate$|latitude|longitude|weight|height|width|length|aggregated|tons/;

/** What is a time in seconds, by its name or by what the package says about it. */
const TIME_NAMES = /^created$|_at$|_(start|end)$|_date$|_time$|^billing_cycle_anchor$/;
const TIME_WORDS = /since the Unix epoch|^Time at which|timestamp/i;
const EARLIEST = 100_000_000;
const LATEST = 4_102_444_800;

/**
 * Says what TypeScript cannot: which numbers are whole, which are times in seconds, where an object may
 * stand for an id only because it was expanded (keyword `expanded`), which of several objects one is (keyword
 * `closest`), and that an event is judged by its `type` (keyword `event`). Descriptions are dropped.
 */
export function tighten({ roots, definitions }: Typings): Typings {
  const isObject = objectNames(definitions);
  const tight = (schema: Json, owner: string, name = ''): Json => {
    const { description = '', deprecated: _, ...rest } = schema;
    if (rest.$ref) return { $ref: refTo(String(rest.$ref).slice('#/definitions/'.length)) };
    const here = { ...rest, ...numbers(rest, name, String(description)) };
    if (here.anyOf) {
      const options = (here.anyOf as Json[]).map((one) =>
        tight(one.$ref ? one : { ...one, description }, owner, name),
      );
      // What is asked comes as text, of which only trying tells what it is.
      return /Param/.test(owner) ? { anyOf: options } : choice(expandable(options, isObject));
    }
    if (here.items) here.items = tight(here.items as Json, owner, name);
    if (typeof here.additionalProperties === 'object')
      here.additionalProperties = tight(here.additionalProperties as Json, owner, name);
    if (here.properties) {
      const entries = Object.entries(here.properties as Record<string, Json>);
      here.properties = Object.fromEntries(
        entries.map(([key, value]) => [key, tight(value, owner, key)]),
      );
    }
    return here;
  };
  const each = (record: Record<string, Json>) =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, tight(value, key)]));
  const types = each(definitions);
  types['Events:Event'] = { event: true };
  return { roots: each(roots), definitions: types };
}

/** Where a definition is once all of them are one schema with a name. */
const PLACE = 'stripe#/definitions/';

/** The name of the definition that a reference leads to. */
export const definitionOf = (ref: string): string => decodeURIComponent(ref.slice(PLACE.length));

/** A reference to a definition. */
export const refTo = (name: string): string => PLACE + encodeURIComponent(name);

/** The definitions that are Stripe objects with an id, or a choice of such. */
function objectNames(definitions: Record<string, Json>): (ref: unknown) => boolean {
  const known = new Map<string, boolean>();
  const isObject = (ref: unknown): boolean => {
    const name = definitionOf(String(ref ?? ''));
    const schema = definitions[name];
    if (!schema) return false;
    if (!known.has(name)) {
      const { properties, anyOf, $ref } = schema;
      const inner = (one: Json) => isObject(refTo(String(one.$ref).slice('#/definitions/'.length)));
      const isChoice =
        (anyOf as Json[] | undefined)?.every(inner) ?? ($ref ? inner(schema) : false);
      known.set(name, Boolean((properties?.id && properties.object) || isChoice));
    }
    return known.get(name) === true;
  };
  return isObject;
}

function numbers(schema: Json, name: string, description: string): Json {
  const types = [schema.type ?? []].flat() as string[];
  if (!types.includes('number') || FRACTIONS.test(name)) return {};
  const type = types.map((one) => (one === 'number' ? 'integer' : one));
  const isTime = TIME_NAMES.test(name) || TIME_WORDS.test(description);
  return {
    type: type.length === 1 ? type[0] : type,
    ...(isTime ? { minimum: EARLIEST, maximum: LATEST } : {}),
  };
}

/** `string | Customer | DeletedCustomer`: an object is there only when it was asked for. */
function expandable(options: Json[], isObject: (ref: unknown) => boolean): Json[] {
  const objects = options.flatMap(({ $ref }) => (isObject($ref) ? [$ref as string] : []));
  const isId = options.some(({ type }) => [type].flat().includes('string'));
  if (!isId || objects.length === 0) return options;
  return [...options.filter(({ $ref }) => !isObject($ref)), { expanded: objects }];
}

/** A choice is decided by the JSON type first, so that faults name what is wrong inside. */
function choice(options: Json[]): Json {
  const isPlain = ({ type, ...rest }: Json) =>
    Object.keys(rest).length === 0 && !['object', 'array'].includes(type as string);
  const plain = options.filter(isPlain).flatMap(({ type }) => type as string);
  const others = options.filter((one) => !isPlain(one));
  const rest = others.every(({ $ref }) => $ref)
    ? [
        others.length === 1
          ? { $ref: others[0]?.$ref }
          : { closest: others.map(({ $ref }) => $ref) },
      ]
    : others;
  if (others.length === 0 || rest.length > 1 || rest[0]?.const !== undefined)
    return { anyOf: options };
  return plain.length === 0 ? (rest[0] ?? {}) : { if: { type: plain }, else: rest[0] };
}
