/** Starts a scan: a path under a configured root, with the folders below it offered. */
import { useEffect, useId, useState } from 'react';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemNote } from '../../ui/loaded.tsx';
import { type Scan, scannableRoots, startScan } from './contract.ts';

type StartScanProps = { open: boolean; onClose: () => void; onStarted: (scan: Scan) => void };

export function StartScanDialog({ open, onClose, onStarted }: StartScanProps) {
  const [path, setPath] = useState('');
  const roots = useEndpoint(scannableRoots, {}, { enabled: open });
  const folder = path.replace(/[^/\\]*$/, '');
  const below = useEndpoint(scannableRoots, { path: folder }, { enabled: open && folder !== '', keepPrevious: true });
  const start = useChange(startScan, { onDone: onStarted });
  const id = useId();
  const first = roots.data?.roots[0];
  useEffect(() => {
    if (open && path === '' && first !== undefined) setPath(first);
  }, [open, path, first]);
  const begin = async (): Promise<void> => {
    if ((await start.run({ path })) !== null) onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Scan a folder"
      description="Every file below it is identified by content and read in a worker; nothing is loaded or executed."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={path === ''} busy={start.isRunning && 'Starting…'} onClick={() => void begin()}>
            Start the scan
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void begin();
        }}
      >
        <label htmlFor={id} className="mb-1 block font-name">
          Path
        </label>
        <input
          id={id}
          list={`${id}-folders`}
          value={path}
          onChange={(event) => setPath(event.target.value)}
          spellCheck={false}
          autoComplete="off"
          className="mono h-10 w-full rounded-form border border-line-strong bg-surface px-3 text-code"
        />
        <datalist id={`${id}-folders`}>
          {[...(roots.data?.roots ?? []), ...(below.data?.folders ?? [])].map((value) => (
            <option key={value} value={value} />
          ))}
        </datalist>
        <p className="mt-1.5 text-label text-ink-3">
          Allowed: {roots.data?.roots.join(', ') ?? 'unknown'}. The setting SCAN_ROOTS adds folders.
        </p>
      </form>
      {start.problem !== null && <ProblemNote error={start.problem} />}
    </Dialog>
  );
}
