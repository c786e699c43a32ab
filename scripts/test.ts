/** `npm test`: everything, browsers included. */
import { main } from './runner/main.ts';

await main(() => true);
