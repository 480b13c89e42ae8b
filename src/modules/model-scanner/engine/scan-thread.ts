/** The worker threads of the scanner, told apart from the rest: the command line begins one before it loads anything else. */

/** `heapMb`: JavaScript heap of a worker; held bytes lie outside it and are bounded by `heldBytes`. */
export const scanThread = { script: new URL('./scan-worker.ts', import.meta.url), heapMb: 256 };
