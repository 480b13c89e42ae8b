/** A person asks for an act. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice, TextBox, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { touched } from '../cases/incident-words.tsx';
import { type Incident, listActions, requestAct } from '../contract.ts';

/** Parameters as JSON: every action has its own; what it takes stands beside. */
export function ActDialog({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const actions = useEndpoint(listActions, {});
  const [action, setAction] = useState('block-client');
  const [text, setText] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const change = useChange(requestAct, {
    invalidates: touched,
    onDone: (act) => {
      toast({ text: act.state === 'failed' ? `Failed: ${act.failure ?? act.title}` : `Asked for: ${act.title}` });
      onClose();
    },
  });
  const chosen = actions.data?.items.find(({ id }) => id === action);
  const shown = text ?? beginning(action, incident);
  const send = (): void => {
    const parameters = parsed(shown);
    setWrong(parameters === null ? 'The parameters are not a JSON object.' : null);
    if (parameters !== null) void change.run({ id: incident.id, action, parameters, reason });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Do something about it"
      description={chosen?.says ?? 'Choose what is to be done.'}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={change.isRunning && 'Doing…'} disabled={reason.trim().length < 3} onClick={send}>
            Do it
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        <Choice
          label="Action"
          value={action}
          choices={(actions.data?.items ?? []).map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(value) => {
            setAction(value);
            setText(null);
          }}
        />
        <TextBox label="Parameters" value={shown} onChange={setText} rows={4} help={namesOf(chosen?.parameters)} />
        <TextLine label="Reason" value={reason} onChange={setReason} plain />
        {wrong !== null && <p className="text-critical-ink">{wrong}</p>}
        {change.problem !== null && <ProblemNote error={change.problem} />}
      </div>
    </Dialog>
  );
}

function beginning(action: string, { assetId }: Incident): string {
  const ofAsset = ['quarantine-asset', 'require-review', 'rescan'].includes(action);
  if (ofAsset) return JSON.stringify({ assetId: assetId ?? '' }, null, 2);
  if (action === 'block-client') return JSON.stringify({ clientId: '' }, null, 2);
  if (action === 'block-input') return JSON.stringify({ inputSha256: '' }, null, 2);
  if (action === 'open-ticket') return JSON.stringify({ destinationId: '' }, null, 2);
  if (action === 'revoke-api-key') return JSON.stringify({ keyId: '' }, null, 2);
  return '{}';
}

function parsed(text: string): Parameters<ReturnType<typeof useChange<typeof requestAct>>['run']>[0]['parameters'] | null {
  try {
    const value: unknown = JSON.parse(text);
    // The server checks every value by the action's own schema.
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, string>) : null;
  } catch {
    return null;
  }
}

function namesOf(schema: Readonly<Record<string, unknown>> | undefined): string {
  const properties = schema?.['properties'];
  if (typeof properties !== 'object' || properties === null) return 'As JSON.';
  const required = Array.isArray(schema?.['required']) ? schema['required'] : [];
  const names = Object.keys(properties).map((name) => (required.includes(name) ? name : `${name} (may be left out)`));
  return names.length === 0 ? 'It takes none.' : `As JSON: ${names.join(', ')}.`;
}
