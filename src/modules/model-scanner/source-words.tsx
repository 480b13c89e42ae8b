/** Words and small controls that the scanner's dialogs share. */
import { type ReactNode, useId } from 'react';
import { classNames } from '../../ui/class-names.ts';
import { inertLine } from '../../ui/inert.ts';
import type { Profile, Scan, ScanSource, Schedule, StoreKind } from './contract.ts';

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

type ChoiceProps = {
  label: string;
  value: string;
  choices: readonly { readonly value: string; readonly label: string }[];
  onChange: (value: string) => void;
};
/** A labelled select outside a form. */
export function Choice({ label, value, choices, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block font-name">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="finger h-8 w-full rounded-control border border-line-strong bg-surface px-2.5 text-body"
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  );
}

type TextLineProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  help?: ReactNode;
  list?: readonly string[];
  /** Words instead of a path or an id. */
  plain?: boolean;
};
/** A labelled line of text outside a form. */
export function TextLine({ label, value, onChange, help, list, plain = false }: TextLineProps) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block font-name">
        {label}
      </label>
      <input
        id={id}
        list={list === undefined ? undefined : `${id}-list`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        spellCheck={false}
        autoComplete="off"
        className={classNames(
          'finger h-9 w-full rounded-control border border-line-strong bg-surface px-2.5',
          plain ? 'text-body' : 'mono text-code',
        )}
      />
      {list !== undefined && (
        <datalist id={`${id}-list`}>
          {list.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
      {help !== undefined && <p className="mt-1.5 text-label text-ink-3">{help}</p>}
    </div>
  );
}
