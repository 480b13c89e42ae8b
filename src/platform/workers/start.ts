/** First module of every worker thread: switches the code cache on, then loads the script the pool names. */
import { workerData } from 'node:worker_threads';
import { keepCompiledCode } from './compile-cache.ts';

keepCompiledCode();
await import((workerData as { readonly script: string }).script);
