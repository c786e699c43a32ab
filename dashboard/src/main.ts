import { restoreTheme } from './ui/theme.ts';
import './app.ts';

restoreTheme();
