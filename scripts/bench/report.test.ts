import { expect, it } from 'vitest';
import { topOf } from './profile.ts';
import { chartOf, median, tableOf } from './report.ts';

const measured = {
  name: 'single call',
  about: 'a call',
  perSecond: 1234.5,
  ratio: 0.254,
  cpuMsPerCall: 0.4567,
  clientMsPerCall: 0.0567,
  commitsPerCall: 0.0312,
  lostUnits: 0,
};

it('takes the middle of the rounds, so that one bad round changes nothing', () => {
  expect([median([3, 1, 2]), median([1, 100, 2, 3, 2]), median([])]).toEqual([2, 2, 0]);
});

it('says what was not counted instead of calling it zero', () => {
  const table = tableOf([measured, { ...measured, commitsPerCall: null, lostUnits: null }]);
  expect(table.split('\n').slice(2)).toEqual([
    '| single call | 1,235 | 0.25 | 0.457 | 1.00 | 0.057 | 0.031 | 0 |',
    '| single call | 1,235 | 0.25 | 0.457 | 1.00 | 0.057 | – | – |',
  ]);
});

it('draws a bar for each case, as long as its ratio', () => {
  const chart = chartOf([measured, { ...measured, name: 'hello', ratio: 0.508 }]);
  const [single, hello] = [...chart.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) =>
    Number(width),
  );
  expect(hello).toBeCloseTo((single ?? 0) * 2, 0);
});

it('says of a profile what ran most, by its part of the time that was not idle', () => {
  const frame = (functionName: string) => ({
    functionName,
    scriptId: '1',
    url: 'file:///edge/index.js',
    lineNumber: 6,
    columnNumber: 0,
  });
  const nodes = ['count', '', '(idle)'].map((name, id) => ({
    id,
    callFrame: { ...frame(name), url: name === '(idle)' ? '' : frame(name).url },
  }));
  const profile = {
    nodes,
    startTime: 0,
    endTime: 1,
    samples: [0, 2, 1, 0],
    timeDeltas: [2, 9, 1, 1],
  };
  expect(topOf(profile)).toBe(' 75.0 %  count index.js:7\n 25.0 %  (anonymous) index.js:7');
});
