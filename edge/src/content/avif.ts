import { type ByteReader, Unusable } from './byte-reader.ts';
import type { Size } from './image-file.ts';

/** A box of the file, and where what it holds begins and ends. */
interface Box {
  type: string;
  from: number;
  to: number;
}

/** Version and flags, before what a "full" box holds. */
const FULL_BYTES = 4;

/**
 * The size of an AVIF image that is still, whose boxes are whole and the whole of the file: that of
 * its primary item, turned as it asks for.
 * Source: ISO/IEC 14496-12 (boxes), 23008-12 (items and their properties); AOM, "AV1 Image File Format".
 */
export function readAvif(file: ByteReader): Size {
  const boxes = boxesIn(file, 0, file.length);
  checkBrands(file, boxes[0]);
  const meta = find(boxes, 'meta');
  const inside = boxesIn(file, meta.from + FULL_BYTES, meta.to);
  if (![...boxes, ...inside].some(({ type }) => type === 'mdat' || type === 'idat'))
    throw new Unusable('It is a broken AVIF: it has no pixels.');
  return primarySize(file, inside);
}

function checkBrands(file: ByteReader, box: Box | undefined): void {
  const { from, to } = find(box ? [box] : [], 'ftyp');
  const brands = new Set([file.text(from, 4)]);
  for (let at = from + 8; at + 4 <= to; at += 4) brands.add(file.text(at, 4));
  if (brands.has('avis')) throw new Unusable('Animated images are not taken.');
  if (brands.has('heic')) throw new Unusable('HEIC is not taken: export it as JPEG.');
  if (!brands.has('avif')) throw new Unusable('It is none of PNG, JPEG, WebP and AVIF.');
}

function primarySize(file: ByteReader, meta: readonly Box[]): Size {
  const pitm = find(meta, 'pitm').from;
  const id = file.u8(pitm) === 0 ? file.u16(pitm + FULL_BYTES) : file.u32(pitm + FULL_BYTES);
  const iprp = find(meta, 'iprp');
  const within = boxesIn(file, iprp.from, iprp.to);
  const known = find(within, 'ipco');
  const properties = boxesIn(file, known.from, known.to);
  const own = propertiesOf(file, find(within, 'ipma').from, id).map(
    (index) => properties[index - 1],
  );
  const size = own.find((box) => box?.type === 'ispe');
  if (!size) throw new Unusable('It is a broken AVIF: it does not say how large it is.');
  if (own.some((box) => box?.type === 'clap'))
    throw new Unusable('It is cut by its own file: export it as it is to be seen.');
  const sides = { width: file.u32(size.from + 4), height: file.u32(size.from + 8) };
  const turn = own.find((box) => box?.type === 'irot');
  const sideways = turn !== undefined && file.u8(turn.from) % 2 === 1;
  return sideways ? { width: sides.height, height: sides.width } : sides;
}

/** Which properties an item has, counted from 1, by the association box at `at`. */
function propertiesOf(file: ByteReader, at: number, item: number): number[] {
  const [idBytes, indexBytes] = [file.u8(at) === 0 ? 2 : 4, (file.u8(at + 3) & 1) + 1];
  const count = file.u32(at + FULL_BYTES);
  let entry = at + FULL_BYTES + 4;
  for (let read = 0; read < count; read++) {
    const id = idBytes === 2 ? file.u16(entry) : file.u32(entry);
    const first = entry + idBytes + 1;
    const associations = file.u8(first - 1);
    if (id === item)
      return Array.from({ length: associations }, (_, index) =>
        indexBytes === 1 ? file.u8(first + index) & 0x7f : file.u16(first + index * 2) & 0x7fff,
      );
    entry = first + associations * indexBytes;
  }
  return [];
}

/** The boxes one after the other that fill the file from `from` to `to`. */
function boxesIn(file: ByteReader, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at < to; ) {
    const short = file.u32(at);
    const isLong = short === 1;
    const length = isLong ? file.u32(at + 8) * 2 ** 32 + file.u32(at + 12) : short;
    const head = isLong ? 16 : 8;
    const end = short === 0 ? to : at + length;
    file.needs(end);
    if (end > to || end < at + head)
      throw new Unusable('It is a broken AVIF: its parts do not fit.');
    boxes.push({ type: file.text(at + 4, 4), from: at + head, to: end });
    at = end;
  }
  return boxes;
}

function find(boxes: readonly Box[], type: string): Box {
  const box = boxes.find((one) => one.type === type);
  if (!box) throw new Unusable(`It is a broken AVIF: a part of it is missing (${type}).`);
  return box;
}
