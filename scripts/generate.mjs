/** `npm run generate`: writes the static registries and the generated documents; `--check` only compares. */
import { launch } from './node24.mjs';

await launch('scripts/generate.ts');
