/** Words that the scanner's pages and dialogs share. */
import { inertLine } from '../../../ui/inert.ts';
import type { Profile, Scan, ScanSource, Schedule, StoreKind } from '../contract.ts';

export const storeWords: Readonly<Record<StoreKind, { word: string; where: string }>> = {
  huggingface: { word: 'Hugging Face', where: 'A Hugging Face cache (hub, .cache/huggingface/hub)' },
  mlflow: { word: 'MLflow', where: 'An MLflow file store (mlruns)' },
  ollama: { word: 'ollama', where: 'An ollama store (.ollama/models)' },
  oci: { word: 'OCI layout', where: 'A folder with an oci-layout file' },
};

export const profileWords: Readonly<Record<Profile, string>> = {
  quick: 'Quick: 64 MiB and 10 s a file',
  standard: 'Standard: 1 GiB and 60 s a file',
  deep: 'Deep: 16 GiB and 10 min a file, with hashes',
};

export const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** `Weekly on Tuesday at 03:15, Europe/Oslo`. */
export function rhythmWords({ every, weekday, time, timeZone }: Pick<Schedule, 'every' | 'weekday' | 'time' | 'timeZone'>): string {
  if (every === 'off') return 'Off';
  return every === 'daily' ? `Daily at ${time}, ${timeZone}` : `Weekly on ${weekdays[weekday] ?? 'unknown'} at ${time}, ${timeZone}`;
}

/** What a scan is called: the last part of a path, a store's own name for a model, the name of an upload. */
export function scanName({ path, source }: Pick<Scan, 'path' | 'source'>): string {
  const name = 'path' in source ? path.split('/').at(-1) || path : path.replace(/^[a-z]+:(?:run\/|model\/)?/, '');
  return inertLine(name, 200);
}

export function kindWord(source: ScanSource): string {
  if ('path' in source) return 'folder';
  if ('upload' in source) return 'upload';
  if ('hfCache' in source) return 'Hugging Face';
  if ('mlflow' in source) return 'MLflow';
  return 'ollama' in source ? 'ollama' : 'OCI layout';
}
