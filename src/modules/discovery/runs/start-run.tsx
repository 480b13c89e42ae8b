/** Starts a discovery: a folder under an allowed root, with the folders below what is typed offered. */
import { useEffect, useId, useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Checkbox } from '../../../ui/checkbox.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { listRoots, type Run, startRun, suggestFolders } from '../contract.ts';

export function StartRun({ onStarted }: { onStarted: (run: Run) => void }) {
  const [path, setPath] = useState('');
  const [scan, setScan] = useState(true);
  const roots = useEndpoint(listRoots, {});
  const below = useEndpoint(suggestFolders, { path }, { enabled: path !== '', keepPrevious: true });
  const start = useChange(startRun, { onDone: onStarted });
  const id = useId();
  const first = roots.data?.roots[0];
  useEffect(() => {
    if (path === '' && first !== undefined) setPath(first);
  }, [path, first]);
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (path !== '') void start.run({ path, scan });
      }}
    >
      <label htmlFor={id} className="font-name">
        Folder
      </label>
      <div className="flex flex-wrap gap-2">
        <input
          id={id}
          list={`${id}-folders`}
          value={path}
          onChange={(event) => setPath(event.target.value)}
          spellCheck={false}
          autoComplete="off"
          aria-describedby={`${id}-help`}
          className="finger mono h-8 min-w-0 flex-1 basis-70 rounded-control border border-line-strong bg-surface px-2.5 text-code"
        />
        <Button type="submit" kind="primary" disabled={path === ''} busy={start.isRunning && 'Starting…'}>
          Discover
        </Button>
      </div>
      <datalist id={`${id}-folders`}>
        {(below.data?.folders ?? roots.data?.roots ?? []).map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the checkbox is inside, the rule does not know our component */}
      <label className="flex items-center gap-2">
        <Checkbox checked={scan} onChange={setScan} />
        Then scan the model files it finds
      </label>
      <p id={`${id}-help`} className="text-label text-ink-3">
        Allowed: {roots.data?.roots.join(', ') ?? 'unknown'}. The setting {roots.data?.setting ?? 'SCAN_ROOTS'} adds folders.
      </p>
      {start.problem !== null && <ProblemNote error={start.problem} />}
    </form>
  );
}
