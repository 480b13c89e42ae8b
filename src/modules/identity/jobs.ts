/** Background work of identity. */
import { resetMailJob } from './password-reset/reset.ts';

export const jobs = [resetMailJob];
