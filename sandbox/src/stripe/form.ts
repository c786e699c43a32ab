/** A parameter: text, a list, or named parameters. */
export type Param = string | Param[] | { [name: string]: Param };
export type Params = { [name: string]: Param };

/** Reads `a[b][0][c]=…` form text into nested parameters. */
export function parseForm(text: string): Params {
  const root: Params = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter(Boolean);
    let at: { [name: string]: Param } = root;
    path.forEach((part, index) => {
      const key = part === '' ? String(Object.keys(at).length) : part;
      if (index === path.length - 1)
        at[key] = name.endsWith('[]') ? appended(at[key], value) : value;
      else at = (at[key] ??= {}) as { [name: string]: Param };
    });
  }
  return withLists(root) as Params;
}

function appended(list: Param | undefined, value: string): Param {
  return Array.isArray(list) ? [...list, value] : [value];
}

/** Objects whose keys are 0, 1, 2 … are lists. */
function withLists(param: Param): Param {
  if (typeof param === 'string' || Array.isArray(param)) return param;
  const entries = Object.entries(param).map(([key, value]) => [key, withLists(value)] as const);
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

export const text = (params: Params, name: string): string | undefined => {
  const value = params[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const number = (params: Params, name: string): number | undefined => {
  const value = text(params, name);
  return value === undefined ? undefined : Number(value);
};

export const flag = (params: Params, name: string): boolean | undefined => {
  const value = text(params, name);
  return value === undefined ? undefined : value === 'true';
};

export const group = (params: Params, name: string): Params | undefined => {
  const value = params[name];
  return value !== undefined && typeof value === 'object' && !Array.isArray(value)
    ? value
    : undefined;
};

export const list = (params: Params, name: string): Params[] => {
  const value = params[name];
  return Array.isArray(value)
    ? value.filter((item): item is Params => typeof item === 'object' && !Array.isArray(item))
    : [];
};

export const strings = (params: Params, name: string): string[] => {
  const value = params[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
};

/** Metadata after a change: given keys replace, empty ones are removed. */
export function mergedMetadata(
  old: Record<string, string>,
  given: Params | undefined,
): Record<string, string> {
  const merged = { ...old };
  for (const [key, value] of Object.entries(given ?? {})) {
    if (value === '') delete merged[key];
    else if (typeof value === 'string') merged[key] = value;
  }
  return merged;
}
