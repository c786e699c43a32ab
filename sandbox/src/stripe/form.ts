import { faults } from './faults.ts';

/** A parameter: text, a list, or named parameters. */
export type Param = string | Param[] | { [name: string]: Param };
export type Params = { [name: string]: Param };

/** Reads `a[b][0][c]=…` form text into nested parameters; `a[]=…` adds to a list. */
export function parseForm(form: string): Params {
  const root = named();
  for (const [name, value] of new URLSearchParams(form)) {
    const path = name.split(/[[\]]+/).filter(Boolean);
    const last = path.pop() ?? '';
    let at = root;
    for (const part of path) {
      const inner = at[part];
      at = typeof inner === 'object' && !Array.isArray(inner) ? inner : (at[part] = named());
    }
    at[last] = name.endsWith('[]') ? appended(at[last], value) : value;
  }
  return withLists(root) as Params;
}

/** Without a prototype, so that a parameter may have any name. */
const named = (): Params => Object.create(null) as Params;

function appended(list: Param | undefined, value: string): Param {
  return Array.isArray(list) ? [...list, value] : [value];
}

/** Objects whose keys are 0, 1, 2 … are lists. */
function withLists(param: Param): Param {
  if (typeof param === 'string' || Array.isArray(param)) return param;
  const entries = Object.entries(param).map(([key, value]) => [key, withLists(value)] as const);
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
  if (isList) return entries.map(([, value]) => value);
  return Object.assign(named(), Object.fromEntries(entries));
}

/** A text; undefined when it is not given, or empty. */
export const text = (params: Params, name: string): string | undefined => {
  const value = params[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** A text that an empty one unsets: then null. Undefined when it is not given. */
export const unsettable = (params: Params, name: string): string | null | undefined =>
  params[name] === '' ? null : text(params, name);

/** A whole number. Throws the API's error for anything else. */
export const integer = (params: Params, name: string): number | undefined => {
  const value = text(params, name);
  if (value === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(value)) throw faults.invalidInteger(name, value);
  return Number(value);
};

/** A boolean. */
export const flag = (params: Params, name: string): boolean | undefined => {
  const value = text(params, name);
  return value === undefined ? undefined : value === 'true';
};

/** Parameters within a parameter. */
export const group = (params: Params, name: string): Params | undefined => {
  const value = params[name];
  return typeof value === 'object' && !Array.isArray(value) ? value : undefined;
};

/** A list of parameters within a parameter. */
export const list = (params: Params, name: string): Params[] => {
  const value = params[name];
  return Array.isArray(value)
    ? value.filter((item): item is Params => typeof item === 'object' && !Array.isArray(item))
    : [];
};

/** A list of texts. */
export const strings = (params: Params, name: string): string[] => {
  const value = params[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
};

/** An http or https address, as pages link to it. Throws the API's error for anything else. */
export const link = (params: Params, name: string): string | undefined => {
  const value = text(params, name);
  if (value !== undefined && !/^https?:\/\/[^/]/.test(value)) throw faults.invalidUrl(name);
  return value;
};

/** Metadata after a change: given keys replace, empty ones are removed, all go with `metadata=`. */
export function metadata(params: Params, old: unknown = {}): Record<string, string> {
  if (params.metadata === '') return {};
  const merged = { ...(old as Record<string, string>) };
  for (const [key, value] of Object.entries(params.metadata ?? {})) {
    if (value === '') delete merged[key];
    else if (typeof value === 'string') merged[key] = value;
  }
  return merged;
}
