/** A product's place on the shelf. */
interface Placed {
  id: string;
  position: number;
}

/** How far apart positions are put, so that most moves need no other product to move. */
const STEP = 20;

/** The highest position a product may have. */
const MAX_POSITION = 100_000;

/**
 * The positions that change so that a product stands right behind another one, or before all when
 * `after` is null; `shelf` are all products in their order. Null when one of the two is not there.
 */
export function positionsAfterMove(
  shelf: readonly Placed[],
  id: string,
  after: string | null,
): Placed[] | null {
  const others = shelf.filter((each) => each.id !== id);
  const behind = others.findIndex((each) => each.id === after);
  if (others.length === shelf.length || (after !== null && behind < 0)) return null;
  const at = behind + 1;
  const position = positionBetween(others[at - 1]?.position, others[at]?.position);
  if (position !== null) return [{ id, position }];
  const step = Math.min(STEP, Math.floor(MAX_POSITION / shelf.length));
  const before = new Map(shelf.map((each) => [each.id, each.position]));
  return others
    .toSpliced(at, 0, { id, position: -1 })
    .map((each, index) => ({ id: each.id, position: (index + 1) * step }))
    .filter((each) => before.get(each.id) !== each.position);
}

/** A position of its own between two; null when there is none. */
function positionBetween(low = -1, high: number | undefined): number | null {
  if (high === undefined) return low + STEP <= MAX_POSITION ? low + STEP : null;
  return high - low >= 2 ? Math.floor((low + high) / 2) : null;
}
