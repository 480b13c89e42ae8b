/** `npm run db:push`: applies the migrations that the database lacks, and ends. */
import { launch } from './node24.mjs';

await launch('src/platform/database/push.ts');
