const NAME = 'dream-dashboard-theme';

/** Light, dark, or as the machine has it. */
export type Theme = 'light' | 'dark' | 'system';

/** The theme that was chosen here; the machine's unless one was. */
export function theme(): Theme {
  const kept = localStorage.getItem(NAME);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Keeps and shows a theme. */
export function chooseTheme(chosen: Theme): void {
  if (chosen === 'system') localStorage.removeItem(NAME);
  else localStorage.setItem(NAME, chosen);
  restoreTheme();
}

/** Shows the theme that was chosen. */
export function restoreTheme(): void {
  const chosen = theme();
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
