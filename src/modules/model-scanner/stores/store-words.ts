/** Models in stores, as they are named on a command line. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { StoreSource } from './store-source.ts';

export const storeWords = ['hf-cache', 'mlflow', 'mlflow-run', 'ollama', 'oci-layout'] as const;
export type StoreWord = (typeof storeWords)[number];

/**
 * @param name `org/model` or `org/model@revision` · a registered model or a run's id · `llama3:8b` · `folder` or `folder:tag`.
 */
export function sourceNamed(kind: StoreWord, name: string): StoreSource {
  if (kind === 'hf-cache') {
    const [repo = '', revision] = name.split('@', 2);
    return { hfCache: { repo, ...(revision === undefined ? {} : { revision }) } };
  }
  if (kind === 'mlflow') return { mlflow: { model: name } };
  if (kind === 'mlflow-run') return { mlflow: { run: name } };
  if (kind === 'ollama') return { ollama: name };
  const [folder = '', reference] = name.split(':', 2);
  return { ociLayout: { folder, ...(reference === undefined ? {} : { reference }) } };
}

/** Where a store lies when nobody says otherwise; the working folder for those that have no usual place. */
export function usualRoots(kind: StoreWord): string[] {
  if (kind === 'hf-cache') return [join(homedir(), '.cache/huggingface')];
  if (kind === 'ollama') return [join(homedir(), '.ollama')];
  return [process.cwd()];
}
