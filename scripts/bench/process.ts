import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc a second: the same on every Linux a bench would run on. */
const TICKS = 100;

/** The processes of a name that this one has begun. */
export function childrenNamed(name: string): number[] {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      const stat = statOf(pid);
      return stat?.name === name && stat.parent === process.pid;
    });
}

/** The CPU time a process has used, in ms; null where the system does not say. */
export const cpuMsOf = (pid: number): number | null => statOf(pid)?.cpuMs ?? null;

/** The memory a process has in use, in MB; null where the system does not say. */
export function memoryMbOf(pid: number): number | null {
  try {
    const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kb === undefined ? null : Number(kb) / 1000;
  } catch {
    return null;
  }
}

function statOf(pid: number): { name: string; parent: number; cpuMs: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { name, parent: Number(fields[1]), cpuMs: (ticks * 1000) / TICKS };
  } catch {
    return null;
  }
}

/** Whether a program is installed. */
export const isInstalled = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

/**
 * Counts how often a process has the disk confirm what it wrote while `act` runs: its commits. Null
 * where strace is missing or may not look.
 */
export async function commitsDuring(
  pid: number,
  act: () => Promise<unknown>,
): Promise<number | null> {
  if (!isInstalled('strace')) {
    await act();
    return null;
  }
  const strace = spawn('strace', ['-f', '-e', 'trace=fsync,fdatasync', '-p', String(pid)]);
  let seen = '';
  strace.stderr.on('data', (text: Buffer) => (seen += text.toString()));
  const ended = new Promise((resolve) => strace.on('exit', resolve));
  await new Promise<void>((resolve) => {
    strace.stderr.once('data', () => resolve());
    void ended.then(() => resolve());
  });
  await act();
  strace.kill('SIGINT');
  await ended;
  return /attached/.test(seen) ? (seen.match(/\bf(data)?sync\(/g)?.length ?? 0) : null;
}
