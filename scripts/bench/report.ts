/** What was measured of one way to call, medians over the rounds. */
export interface Measured {
  name: string;
  about: string;
  perSecond: number;
  /** Calls a second, compared with hello's in the same round. */
  ratio: number;
  cpuMsPerCall: number;
  clientMsPerCall: number;
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
    '| | calls/s | × hello | server CPU per call, ms | × hello by it | client CPU per call, ms | commits per call | units lost or doubled |';
  const helloMs = measured[0]?.cpuMsPerCall ?? 0;
  const rows = measured.map((one) =>
    [
      one.name,
      Math.round(one.perSecond).toLocaleString('en'),
      one.ratio.toFixed(2),
      one.cpuMsPerCall.toFixed(3),
      (helloMs / one.cpuMsPerCall).toFixed(2),
      one.clientMsPerCall.toFixed(3),
      one.commitsPerCall?.toFixed(3) ?? '–',
      one.lostUnits ?? '–',
    ].join(' | '),
  );
  return [head, '|---|---|---|---|---|---|---|---|', ...rows.map((row) => `| ${row} |`)].join('\n');
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

/** What else was measured, as tables. */
interface More {
  cost: string;
  admitting: string;
  opening: string;
  /** Where the time of auto-batch goes. */
  profile: string;
}

/** The page of the documents. */
export function pageOf(
  measured: readonly Measured[],
  { cost, admitting, opening, profile }: More,
  { rounds, seconds, cores, load }: Run,
): string {
  const cases = measured.map(({ name, about }) => `- **${name}**: ${about}.`);
  return `# What a metered call costs

Written by \`npm run bench -- --write\`: ${rounds} rounds of ${seconds} s each in shuffled order, 32 connections, medians, everything on one machine of ${cores} cores with a load of ${load.toFixed(1)} before the run. Client and servers share the cores, so only the ratios mean anything: calls a second of a round by those of *hello* in the same round.

![Calls a second compared with hello](images/performance.svg)

${tableOf(measured)}

${cases.join('\n')}

CPU is the time of all processes of a server, and of the one process that calls it. *× hello by it* compares the servers alone: how many calls one core of a server answers, beside hello. Commits are the times a disk was asked to confirm, counted in a round of their own. Every unit that was answered for is compared with what is stored at the end.

## Which limit stands in the way

- **A single call** costs what its route stack and the hop cost, and its share of a commit: one for all calls that wait, which is one in 32 here. Locally workerd's only thread waits for the disk then, and by calls a second that wait is half of what a single call falls behind the hop (with the state in memory it is 0.93 of the hop, with the same CPU); in production a commit is a round trip that other calls use. Of the rest nothing stands out.
- **Auto-batch** sends one request at a time, so 64 callers wait for a whole turn: the client's part, the Worker's, the hop, a commit of their own and the way back, none of which overlap. That fixed part is more than their 64 events. In a batch of 500 the events are the most, and of those the text of first answers, a line for each key: the keys are what exactness costs.
- **Redis counter** is called by a client so thin that it can do nothing else, and does less: no plans, no periods, no notices. *Redis by fetch* is called as a developer's server would, with the client that auto-batch has, and is what auto-batch is to be compared with.
- **A lease** waits for its renewal whenever it is spent faster than the edge answers, so its calls a second are those of the renewals, times their size: a larger one is faster in proportion.
- **A pool of leases** is read at random: five places in memory that no cache of a core holds (the name, the table, the lease, the hold, the counter), and one look at the clock, which no answer about time can do without.

The top of a profile, by the part of the time in which something ran (\`npm run bench -- --profile --only auto-batch\`, which slows down what it looks at):

\`\`\`
${profile}
\`\`\`

## A shard of 100,000 customers

Opened again and again, CPU by the difference to a call of the same shard when it is open. Memory is by how much it grew when all of its customers had called, garbage collected before and after; the process holds the database's pages, too.

${opening}

## Admitting where the units are

\`take\` of a lease that has units, in the process of the developer.

${admitting}

## Cost per million calls

${cost}
`;
}
