/** `npm run check`: format, lint, types, dependency rules, dead code, generated files and the house's own rules. */
import { launch } from './node24.mjs';

await launch('scripts/check/run.ts');
