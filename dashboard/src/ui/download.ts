/** Gives somebody a file, as if they had followed a link to it. */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download holds the file by now; the address is of no more use.
  setTimeout(() => URL.revokeObjectURL(url));
}
