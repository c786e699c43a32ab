import { isDeepStrictEqual } from 'node:util';
import type { Entity, Kind, Scope } from './scope.ts';

/**
 * Replaces fields of an object and tells, in an event of that type, what they were. A field that is
 * undefined is left alone; when nothing differs, nothing is told.
 */
export function change(
  scope: Scope,
  kind: Kind,
  type: string,
  old: Entity,
  fields: Record<string, unknown>,
): Entity {
  const changed = Object.entries(fields).filter(
    ([field, value]) => value !== undefined && !isDeepStrictEqual(old[field], value),
  );
  if (changed.length === 0) return old;
  const next = scope.put(kind, { ...old, ...Object.fromEntries(changed) });
  scope.emit(type, next, Object.fromEntries(changed.map(([field]) => [field, old[field]])));
  return next;
}
