/** Imported first by the web app: zod probes `new Function` when an object schema is built, which the page's policy refuses and reports. */
import { z } from 'zod';

z.config({ jitless: true });
