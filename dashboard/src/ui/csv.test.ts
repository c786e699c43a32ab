import { expect, it } from 'vitest';
import { csvText } from './csv.ts';

it('makes no cell that a spreadsheet would run, whatever a tenant wrote', () => {
  const hostile = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '|x', '%0A=1', '＝1', '\r=1'];
  expect(
    csvText(hostile.map((text) => [text]))
      .split('\r\n')
      .slice(0, 3),
  ).toEqual([`"'=1+1"`, `"'+1"`, `"'-1"`]);
  for (const text of hostile) expect(csvText([[text]])).toBe(`"'${text}"\r\n`);
});

it('keeps numbers numbers, quotes text, and leaves what is not known empty', () => {
  expect(csvText([['a "b", c', -12.5, null]])).toBe('"a ""b"", c",-12.5,\r\n');
});
