/** Checking of signatures, loaded when the first one is met: nearly no scan holds any, and the scanner's start is counted in milliseconds. */
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

export const signatureCheck = (): typeof import('./check-signature.ts') => load('./check-signature.ts');
