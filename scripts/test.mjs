/** `npm test`: everything that must hold. `npm test -- <path or name>` narrows it. */
import { launch } from './node24.mjs';

await launch('scripts/test/run.ts');
