/** A file that was only looked at: it becomes the new version of the table, or it is left. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { CheckLine, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { formatBytes } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { Section } from '../../../ui/section.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { type Assessment, addBaseline, adoptTableUpload, getTableUpload, removeTableUpload, type TableUpload } from '../contract.ts';

type Props = { readonly assessment: Assessment; readonly uploadId: string };

export function NewVersion({ assessment, uploadId }: Props) {
  const { can } = useSession();
  const isAllowed = can('data-quality:create');
  const answer = useEndpoint(getTableUpload, { id: uploadId }, { enabled: isAllowed });
  if (!isAllowed) return null;
  return (
    <Section title="This file">
      <Loaded answer={answer} lines={1} waitsFor="the uploaded file">
        {(upload) => <Decision assessment={assessment} upload={upload} />}
      </Loaded>
    </Section>
  );
}

function Decision({ assessment, upload }: { assessment: Assessment; upload: TableUpload }) {
  const [isAdopting, setAdopting] = useState(false);
  const leave = useChange(removeTableUpload, {
    onDone: () => toast({ text: 'The file is removed. What was found in it stays here.' }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  const isOpen = upload.state === 'ready' && upload.assetId === null;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <p className="min-w-0 max-w-prose">
        <InertText className="mono text-code break-all" text={upload.name} limit={160} />{' '}
        <span className="text-ink-2">
          {formatBytes(upload.size)}. {standingOf(upload, assessment)}
        </span>
      </p>
      {isOpen && (
        <span className="inline-flex flex-wrap gap-2">
          <Button kind="primary" onClick={() => setAdopting(true)}>
            Make it the new version
          </Button>
          <Button busy={leave.isRunning && 'Removing…'} onClick={() => void leave.run({ id: upload.id })}>
            Leave it
          </Button>
        </span>
      )}
      {isAdopting && <AdoptDialog assessment={assessment} upload={upload} onClose={() => setAdopting(false)} />}
    </div>
  );
}

function standingOf({ state, assetId }: TableUpload, assessment: Assessment): string {
  if (assetId === assessment.assetId) return 'It was made the new version of the table.';
  if (state === 'removed') return 'The file was removed; what was found in it stays here.';
  if (assetId !== null) return 'It was made the new version of another table.';
  return 'So far it was only looked at.';
}

function AdoptDialog({ assessment, upload, onClose }: { assessment: Assessment; upload: TableUpload; onClose: () => void }) {
  const [isFollowed, setFollowed] = useState(true);
  const [name, setName] = useState(inertLine(upload.name, 160));
  const adopt = useChange(adoptTableUpload);
  const add = useChange(addBaseline);
  const save = async (): Promise<void> => {
    const { assetId, environment } = assessment;
    if ((await adopt.run({ id: upload.id, assetId })) === null) return;
    const draft = { assetId, environment, name: name.trim(), promote: true, source: { upload: upload.id } };
    // The key: pressed again after a lost answer, no second version of the baseline is made.
    if (isFollowed && (await add.run({ ...draft, idempotencyKey: `upload:${upload.id}` })) === null) return;
    toast({ text: isFollowed ? 'The new version of the table; later tables are compared with it' : 'The new version of the table' });
    onClose();
  };
  const isBusy = adopt.isRunning || add.isRunning;
  return (
    <Dialog
      open
      onClose={onClose}
      title="Make it the new version"
      description="Monitors of the table that run on changes look at this file now. The file the asset names is not written."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={isFollowed && name.trim() === ''} busy={isBusy && 'Saving…'} onClick={() => void save()}>
            Make it the new version
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        <CheckLine checked={isFollowed} onChange={setFollowed}>
          Compare later tables with it: a baseline is made of it and followed from now on
        </CheckLine>
        {isFollowed && <TextLine plain label="Name of the baseline" value={name} onChange={setName} />}
      </div>
      {(adopt.problem ?? add.problem) !== null && <ProblemNote error={adopt.problem ?? add.problem} />}
    </Dialog>
  );
}
