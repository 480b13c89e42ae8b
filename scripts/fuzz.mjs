/** `npm run fuzz`: mutated files of every format through the scanner; `npm run fuzz -- tables`: table files through the data quality check. */
import { launch } from './node24.mjs';

const [first, ...rest] = process.argv.slice(2);
if (first === 'tables') await launch('scripts/fuzz/tables/run.ts', { args: rest });
else await launch('scripts/fuzz/run.ts');
