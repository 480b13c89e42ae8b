/** Makes an API key; its text is shown this once. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import type { Permission } from '../../../contract/permission.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice, TextBox, TextLine } from '../../../ui/controls.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { CodeBlock } from '../../../ui/inert-text.tsx';
import { Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { FullTime } from '../../../ui/relative-time.tsx';
import { type CurrentUser, createApiKey, currentUser, type PermissionMatrix, readPermissions } from '../contract.ts';
import { ScopeChoice } from './scope-choice.tsx';

type Made = OutputOf<typeof createApiKey>;
const terms = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: '', label: 'It does not expire' },
] as const;

export function KeyDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<Made | null>(null);
  return (
    <Dialog
      open
      onClose={onClose}
      title={made === null ? 'New API key' : `The key ${made.name}`}
      description={
        made === null
          ? 'For programs that act in your name. It can never do more than you.'
          : 'Shown this once. Keep it where the program finds it and nobody else.'
      }
      actions={
        made === null ? undefined : (
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        )
      }
      width="wide"
    >
      {made === null ? <KeyForm onMade={setMade} onCancel={onClose} /> : <MadeKey made={made} />}
    </Dialog>
  );
}

function KeyForm({ onMade, onCancel }: { onMade: (made: Made) => void; onCancel: () => void }) {
  const me = useEndpoint(currentUser, {});
  const matrix = useEndpoint(readPermissions, {});
  return (
    <Loaded answer={me}>
      {(user) => <Loaded answer={matrix}>{(loaded) => <KeyFields {...{ user, matrix: loaded, onMade, onCancel }} />}</Loaded>}
    </Loaded>
  );
}

type KeyFieldsProps = { user: CurrentUser; matrix: PermissionMatrix; onMade: (made: Made) => void; onCancel: () => void };
function KeyFields({ user, matrix, onMade, onCancel }: KeyFieldsProps) {
  const [name, setName] = useState('');
  const [term, setTerm] = useState('90');
  const [networks, setNetworks] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set());
  const make = useChange(createApiKey, { onDone: onMade });
  const submit = () =>
    void make.run({
      name,
      scopes: [...chosen],
      expiresInDays: term === '' ? null : Number(term),
      addresses: networks.split(/[\s,]+/).filter((word) => word !== ''),
    });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {make.problem !== null && <ProblemNote error={make.problem} />}
      <div className="grid gap-4 tablet:grid-cols-2">
        <TextLine label="Name" value={name} onChange={setName} help="What uses it: you will look for this when you revoke it." plain />
        <Choice label="Works for" value={term} choices={terms} onChange={setTerm} />
      </div>
      <ScopeChoice matrix={matrix} own={new Set(user.permissions)} chosen={chosen} onChange={setChosen} />
      <TextBox
        label="Only from these networks"
        value={networks}
        onChange={setNetworks}
        rows={2}
        help="One a line, for instance 192.0.2.0/24. Empty: from anywhere."
      />
      <div className="flex flex-row-reverse justify-start gap-2">
        <Button type="submit" kind="primary" busy={make.isRunning && 'Making…'} disabled={name.trim() === '' || chosen.size === 0}>
          Make the key
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}

function MadeKey({ made }: { made: Made }) {
  return (
    <div className="grid gap-3">
      <CodeBlock text={made.key} label="API key" />
      <div className="flex flex-wrap items-center gap-3">
        <CopyButton text={made.key} label="Copy the key" />
        <span className="text-ink-2">
          {made.expiresAt === null ? (
            'It does not expire.'
          ) : (
            <>
              Works until <FullTime at={made.expiresAt} />.
            </>
          )}
        </span>
      </div>
      <CodeBlock text={`curl -H "Authorization: Bearer $AI_SPM_KEY" ${window.location.origin}/api/ai-assets`} label="How it is sent" />
    </div>
  );
}
