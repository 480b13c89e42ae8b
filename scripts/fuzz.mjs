/** `npm run fuzz`: mutated files of every format through the scanner. */
import { launch } from './node24.mjs';

await launch('scripts/fuzz/run.ts');
