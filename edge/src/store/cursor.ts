const SAFE = { '-': '+', _: '/' } as const;

/** A place in a list, as a cursor that fits in a URL. */
export function cursorOf(place: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(place));
  return btoa(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** The place a cursor was made of; null for a text that is no cursor. */
export function placeIn(cursor: string): string | null {
  if (!/^[\w-]+$/.test(cursor)) return null;
  try {
    const text = atob(cursor.replace(/[-_]/g, (sign) => SAFE[sign as keyof typeof SAFE]));
    const bytes = Uint8Array.from(text, (one) => one.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
