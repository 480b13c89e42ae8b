/** Somebody else may save a record while it is written here: what is written stays, and the person who writes is told. */
import { useState } from 'react';
import { Button } from './button.tsx';

type Versioned = { readonly version: number };
export type Opened<T> = {
  /** As it was when writing began: its version is the one a save names, so that a newer one is never overwritten unseen. */
  readonly record: T;
  /** Somebody saved another version since, and what is written here is of the one before. */
  readonly isBehind: boolean;
  readonly takeLatest: () => void;
};

/**
 * @param latest the record as the server has it now; null while a new one is written.
 * @param isWritten false: nothing would be lost, so a newer version takes its place at once. Dialogs say true from the beginning.
 */
export function useOpened<T extends Versioned | null>(latest: T, isWritten: boolean): Opened<T> {
  const [record, setRecord] = useState(latest);
  const isOther = latest !== null && record !== null && latest.version !== record.version;
  if (isOther && !isWritten) setRecord(latest);
  return { record, isBehind: isOther && isWritten, takeLatest: () => setRecord(latest) };
}

type ChangedElsewhereProps = {
  /** `playbook`, `schedule`: what somebody else saved. */
  what: string;
  opened: Pick<Opened<unknown>, 'isBehind' | 'takeLatest'>;
  /** One's own save is under way: its news may come before its answer. */
  isSaving?: boolean;
};
export function ChangedElsewhere({ what, opened: { isBehind, takeLatest }, isSaving = false }: ChangedElsewhereProps) {
  return (
    <div role="status">
      {isBehind && !isSaving && (
        <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-control bg-accent-tint px-3 py-2">
          <p className="min-w-0 flex-1 basis-64">
            Somebody saved this {what} while you were writing. Yours cannot be saved over it: copy what you need, then take theirs.
          </p>
          <Button size="small" onClick={takeLatest}>
            Drop mine and show the saved one
          </Button>
        </div>
      )}
    </div>
  );
}
