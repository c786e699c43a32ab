/** By then the browser has begun to read the file. */
const TAKEN_MS = 60_000;

/** Gives somebody a file, as if they had followed a link to it. */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), TAKEN_MS);
}
