/**
 * The analysis of Python source, loaded when the first source is met: most scans hold none, and the scanner's start is counted in
 * milliseconds. Node loads modules of this kind at once, without a promise.
 */
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

export const pythonFile = (): typeof import('./python-file.ts') => load('./python-file.ts');
export const pythonAnalysis = (): typeof import('./analyse-python.ts') => load('./analyse-python.ts');
export const torchScript = (): typeof import('./torchscript.ts') => load('./torchscript.ts');
