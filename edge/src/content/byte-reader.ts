/** What is wrong with a file, in words for whoever sent it. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
}

/** Reads numbers and names from a file; a read past its end throws `Unusable`. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.length = bytes.byteLength;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(at: number): number {
    this.needs(at + 1);
    return this.#view.getUint8(at);
  }

  u16(at: number, littleEndian = false): number {
    this.needs(at + 2);
    return this.#view.getUint16(at, littleEndian);
  }

  u32(at: number, littleEndian = false): number {
    this.needs(at + 4);
    return this.#view.getUint32(at, littleEndian);
  }

  /** `count` bytes as text, one character each. */
  text(at: number, count: number): string {
    this.needs(at + count);
    return String.fromCharCode(...this.bytes.subarray(at, at + count));
  }

  /** Throws unless the file is at least `length` bytes long. */
  needs(length: number): void {
    if (length > this.length) throw new Unusable('The file is cut off: it ends too early.');
  }
}
