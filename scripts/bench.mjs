/** `npm run bench`: measured figures against their bars. */
import { launch } from './node24.mjs';

await launch('scripts/bench/run.ts');
