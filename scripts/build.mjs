/** `npm run build`: the web app and a plain-JavaScript copy of the server in dist/, for images and for publishing. */
import { launch } from './node24.mjs';

await launch('scripts/build/run.ts');
