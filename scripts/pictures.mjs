/** `npm run pictures`: takes the README's pictures from a real run. */
import { launch } from './node24.mjs';

await launch('scripts/pictures.ts');
