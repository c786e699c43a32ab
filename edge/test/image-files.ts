import { crc32, deflateSync } from 'node:zlib';

/** What the Exif of the photo says besides its orientation, as text. */
export const PLACE = 'Taken at 51.507 N, 0.127 W';

const decoded = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

/**
 * Small files, red and 6 × 4 pixels. `photo` was taken on its side, so it is looked at as 4 × 6, and
 * says where; `gif` and `animation` are what is not taken.
 */
export const FILES = {
  jpeg: decoded(
    '/9j/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6' +
      '/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4' +
      '+Pj4+Pj4+Pj/wAARCAAEAAYDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAAAAAA' +
      'AAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAwX/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCY' +
      'ASg//9k=',
  ),
  photo: decoded(
    '/9j/4QEmRXhpZgAASUkqAAgAAAAIAA4BAgAbAAAAfgAAABIBAwABAAAABgAAABoBBQABAAAAbgAAABsBBQABAAAA' +
      'dgAAACgBAwABAAAAAgAAABMCAwABAAAAAQAAAGmHBAABAAAAmgAAACWIBAABAAAA6AAAAAAAAAA4YwAA6AMAADhj' +
      'AADoAwAAVGFrZW4gYXQgNTEuNTA3IE4sIDAuMTI3IFcAAAYAAJAHAAQAAAAwMjEwAZEHAAQAAAABAgMAAKAHAAQA' +
      'AAAwMTAwAaADAAEAAAD//wAAAqAEAAEAAAAGAAAAA6AEAAEAAAAEAAAAAAAAAAIAAQACAAIAAABOAAAAAgAFAAMA' +
      'AAAGAQAAAAAAADMAAAABAAAAHgAAAAEAAAAaAAAAAQAAAP/bAEMAKBweIx4ZKCMhIy0rKDA8ZEE8Nzc8e1hdSWSR' +
      'gJmWj4CMiqC05sOgqtqtiozI/8va7vX///+bwf////r/5v3/+P/bAEMBKy0tPDU8dkFBdviljKX4+Pj4+Pj4+Pj4' +
      '+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+P/AABEIAAQABgMBIgACEQEDEQH/xAAVAAEB' +
      'AAAAAAAAAAAAAAAAAAAABP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAVAQEBAAAAAAAAAAAAAAAAAAADBf/EABQR' +
      'AQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/AJgBKD//2Q==',
  ),
  lossy: decoded(
    'UklGRjQAAABXRUJQVlA4ICgAAABwAQCdASoGAAQABUB8JaACdAFAAAD+54v6qOxyc//BBfxBfxBWAAAA',
  ),
  lossless: decoded('UklGRh4AAABXRUJQVlA4TBEAAAAvBcAAAAdQjyLXo/+BiOh/AAA='),
  extended: decoded(
    'UklGRlgAAABXRUJQVlA4WAoAAAAQAAAABQAAAwAAQUxQSAoAAAABB1DAiAhERP8DVlA4ICgAAABwAQCdASoGAAQA' +
      'BUB8JaACdAFAAAD+54v6qOxyc//BBfxBfxBWAAAA',
  ),
  avif: decoded(
    'AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAANZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA' +
      'AAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAAA+gABAAAAAAAAACIAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAA' +
      'AAABAABhdjAxAAAAAA5waXRtAAAAAAABAAAAVmlwcnAAAAA4aXBjbwAAAAxhdjFDgSACAAAAABRpc3BlAAAAAAAA' +
      'AAYAAAAEAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMAAAAqbWRhdBIACgg4CG7SAhoNIDIU' +
      'HYJixOAAFgAAkDWOPHyH3D6Ce4A=',
  ),
  gif: decoded('R0lGODlhBgAEAIAAAExpccgeHiH5BAUAAAAALAAAAAAGAAQAAAIEjI+pVwA7'),
  animation: decoded(
    'UklGRpQAAABXRUJQVlA4WAoAAAACAAAAAwAAAwAAQU5JTQYAAAD/////AQBBTk1GMAAAAAAAAAAAAAMAAAMAAGQA' +
      'AAJWUDggGAAAADABAJ0BKgQABAAFQHwlpAADcAD+8NSgAEFOTUYwAAAAAAAAAAAAAwAAAwAAZAAAAFZQOCAYAAAA' +
      'NAEAnQEqBAAEAAAAfCWkAANwAP7r+wAA',
  ),
};

const text = (words: string) => Uint8Array.from(words, (c) => c.charCodeAt(0));

/** Bytes and texts, one after the other. */
export function joined(...parts: readonly (Uint8Array | string)[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    parts.flatMap((part) => [...(typeof part === 'string' ? text(part) : part)]),
  );
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** A chunk of a PNG. */
export function chunk(name: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const named = joined(name, data);
  return joined(uint32(data.length), named, uint32(crc32(named)));
}

/** A PNG of one colour, whose header can say another size than it has; `extra` stands before its pixels. */
export function png(
  size: { width: number; height: number },
  { says = size, red = 200, extra = [] as Uint8Array[] } = {},
): Uint8Array<ArrayBuffer> {
  const side = <T>(length: number, one: T) => Array.from({ length }, () => one);
  const row = joined(new Uint8Array(1), ...side(size.width, new Uint8Array([red, 30, 30])));
  const pixels = joined(...side(size.height, row));
  return joined(
    '\x89PNG\r\n\x1a\n',
    chunk('IHDR', joined(uint32(says.width), uint32(says.height), new Uint8Array([8, 2, 0, 0, 0]))),
    ...extra,
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND'),
  );
}
