/** Background work of the audit log. */
import { exportJob } from './export-log.ts';

export const jobs = [exportJob];
