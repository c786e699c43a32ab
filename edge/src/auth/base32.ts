/** Lower-case Crockford base32: no letters that look alike, safe in URLs, host names and keys. */
export const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Encodes bytes, five bits a character, the last one padded with zero bits. */
export function base32(bytes: Uint8Array): string {
  let out = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += ALPHABET.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? out + ALPHABET.charAt((held << (5 - bits)) & 31) : out;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xed_b8_83_20 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** Six characters that catch a mistyped or cut key and let scanners recognise a leaked one. */
export function checksum(text: string): string {
  let crc = 0xff_ff_ff_ff;
  for (const byte of new TextEncoder().encode(text)) {
    crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  }
  const value = (crc ^ 0xff_ff_ff_ff) >>> 0;
  return base32(Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)).slice(0, 6);
}
