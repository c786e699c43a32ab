/** What was measured of one way to call, medians over the rounds. */
export interface Measured {
  name: string;
  about: string;
  perSecond: number;
  /** Calls a second, compared with hello's in the same round. */
  ratio: number;
  cpuMsPerCall: number;
  /** Null where it could not be counted. */
  commitsPerCall: number | null;
  /** Units that were said to be counted and are not stored; null where nothing is counted. */
  lostUnits: number | null;
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** The table, as Markdown. */
export function tableOf(measured: readonly Measured[]): string {
  const head =
    '| | calls/s | × hello | server CPU per call, ms | commits per call | units lost or doubled |';
  const rows = measured.map(
    ({ name, perSecond, ratio, cpuMsPerCall, commitsPerCall, lostUnits }) =>
      `| ${name} | ${Math.round(perSecond).toLocaleString('en')} | ${ratio.toFixed(2)} | ${cpuMsPerCall.toFixed(3)} | ${commitsPerCall?.toFixed(3) ?? '–'} | ${lostUnits ?? '–'} |`,
  );
  return [head, '|---|---|---|---|---|---|', ...rows].join('\n');
}

const BAR = 26;
const LEFT = 130;
const WIDTH = 720;

/** A chart of the ratios: it follows the page's colours, light or dark. */
export function chartOf(measured: readonly Measured[]): string {
  const most = Math.max(...measured.map(({ ratio }) => ratio));
  const height = measured.length * BAR + 10;
  const bars = measured.map(({ name, ratio }, index) => {
    const y = index * BAR + 5;
    const length = Math.max(1, ((WIDTH - LEFT - 60) * ratio) / most).toFixed(1);
    return `<text x="${LEFT - 8}" y="${y + 16}" text-anchor="end">${name}</text><rect x="${LEFT}" y="${y + 3}" width="${length}" height="${BAR - 8}" rx="2"/><text x="${LEFT + Number(length) + 6}" y="${y + 16}">${ratio.toFixed(2)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Calls a second compared with a Worker that answers hello">
<style>text{font:13px system-ui,sans-serif;fill:#333}rect{fill:#5b5bd6}@media(prefers-color-scheme:dark){text{fill:#ddd}rect{fill:#8e8ef0}}</style>
${bars.join('\n')}
</svg>
`;
}

/** How a run was made. `load` is what the machine was doing besides, as its load average. */
interface Run {
  rounds: number;
  seconds: number;
  cores: number;
  load: number;
}

/** The page of the documents. */
export function pageOf(
  measured: readonly Measured[],
  cost: string,
  { rounds, seconds, cores, load }: Run,
): string {
  const cases = measured.map(({ name, about }) => `- **${name}**: ${about}.`);
  return `# What a metered call costs

Written by \`npm run bench -- --write\`: ${rounds} rounds of ${seconds} s each in shuffled order, 32 connections, medians, everything on one machine of ${cores} cores with a load of ${load.toFixed(1)} before the run. Client and servers share the cores, so only the ratios mean anything: calls a second of a round by those of *hello* in the same round.

![Calls a second compared with hello](images/performance.svg)

${tableOf(measured)}

${cases.join('\n')}

CPU is the time of all processes of a server. Commits are the times a disk was asked to confirm, counted in a round of their own. Every unit that was answered for is compared with what is stored at the end.

## Cost per million calls

${cost}
`;
}
