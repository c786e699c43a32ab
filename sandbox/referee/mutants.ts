import type { Schemas } from './schemas.ts';
import { definitionOf } from './tighten.ts';
import type { Json } from './typings.ts';

/** A genuine object with one fault in it. */
export interface Mutant {
  fault: 'a field is missing' | 'a field is unknown' | 'a wrong type' | 'a wrong value';
  path: string;
  value: unknown;
}

/** Every object with one fault that can be made of a genuine one, as far as its schema is plain. */
export function mutantsOf(schemas: Schemas, definition: string, genuine: unknown): Mutant[] {
  const mutants: Mutant[] = [];
  const spoil = (
    fault: Mutant['fault'],
    path: string[],
    change: (owner: Json, key: string) => void,
  ) => {
    const value = structuredClone({ genuine }) as Json;
    const owner = path.slice(0, -1).reduce((inner, key) => inner[key] as Json, value);
    change(owner, path.at(-1) ?? '');
    mutants.push({ fault, path: path.slice(1).join('.'), value: value.genuine });
  };
  const visit = (schema: Json, value: unknown, path: string[]): void => {
    const plain = plainOf(schemas, schema, value);
    if (!plain || value === undefined) return;
    spoil('a wrong type', path, (owner, key) => {
      owner[key] = Array.isArray(value) ? 'no list' : [[]];
    });
    if (plain.enum || plain.const)
      spoil('a wrong value', path, (owner, key) => {
        owner[key] = 'no such value';
      });
    if (Array.isArray(value))
      return value.slice(0, 1).forEach((one) => visit(plain.items as Json, one, [...path, '0']));
    if (typeof value !== 'object' || value === null || !plain.properties) return;
    if (plain.additionalProperties === false)
      spoil('a field is unknown', [...path, 'surplus'], (owner, key) => {
        owner[key] = 1;
      });
    for (const name of (plain.required ?? []) as string[])
      if (name in value)
        spoil('a field is missing', [...path, name], (owner, key) => delete owner[key]);
    for (const [key, inner] of Object.entries(plain.properties as Record<string, Json>))
      visit(inner, (value as Json)[key], [...path, key]);
  };
  visit(schemas.definitions[definition] ?? {}, genuine, ['genuine']);
  return mutants;
}

/** The schema that a value has to keep to; null where there is a choice. */
function plainOf(schemas: Schemas, schema: Json, value: unknown): Json | null {
  if (schema.$ref)
    return plainOf(schemas, schemas.definitions[definitionOf(schema.$ref as string)] ?? {}, value);
  if (schema.if) {
    const isPlain = [schema.if.type].flat().includes(value === null ? 'null' : typeof value);
    return isPlain ? schema.if : plainOf(schemas, schema.else as Json, value);
  }
  return schema.type ? schema : null;
}
