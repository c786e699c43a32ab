import type { TemplateResult } from 'lit';
import { type Range, RANGES, rangeQuery } from '../../metrics-range.ts';
import { go } from '../../router.ts';
import { rangePicker } from '../../ui/range-picker.ts';

/** The picker of a page whose range stands in its address. */
export function picker(range: Range, shown: { from: string; to: string } | null): TemplateResult {
  const { pathname } = location;
  return rangePicker({
    ranges: RANGES.map(({ id, words }) => ({
      id,
      words,
      href: pathname + rangeQuery({ id }),
      isCurrent: 'id' in range && range.id === id,
    })),
    from: shown?.from ?? '',
    to: shown?.to ?? '',
    isOwn: !('id' in range),
    choose: (from, to) => go(pathname + rangeQuery({ from, to })),
  });
}
