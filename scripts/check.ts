/** `npm run check`: what can be said without running the product. */
import { main } from './runner/main.ts';

await main((step) => step.kind === 'static');
