/** `npm start`: the whole platform on this machine. Flags after `--` reach src/apps/main.ts. */
import { launch } from './node24.mjs';

await launch('src/apps/main.ts');
