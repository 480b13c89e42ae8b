/** Databases whose tables may be checked: connecting one, trying what its role may do, removing it. What opens it is never shown again. */
import { useState } from 'react';
import { z } from 'zod';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, PasswordField, TextAreaField, TextField } from '../../../ui/form.tsx';
import { plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { Section } from '../../../ui/section.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import {
  addConnection,
  type Connection,
  ConnectionName,
  type ConnectionTest,
  listConnections,
  removeConnection,
  testConnection,
} from '../contract.ts';
import { ChangeConnectionDialog } from './change-connection-dialog.tsx';

const encryptionWords: Readonly<Record<Connection['encryption'], string>> = {
  verified: 'encrypted, server verified',
  unverified: 'encrypted, server not verified',
  none: 'not encrypted',
};

export function ConnectionSection() {
  const { can } = useSession();
  const list = useEndpointPages(listConnections, { limit: 100 });
  const [isAdding, setAdding] = useState(false);
  const mayConnect = can('data-quality:connect');
  return (
    <Section
      title="Databases"
      note="PostgreSQL tables are read by a role of their own, in a read-only transaction with a time limit"
      aside={
        mayConnect ? (
          <Button size="small" onClick={() => setAdding(true)}>
            Connect a database
          </Button>
        ) : undefined
      }
    >
      <Loaded
        answer={list}
        waitsFor="the connections"
        empty={
          <EmptyNote title="No database is connected">
            {mayConnect ? 'Give it a role that may only read what is to be checked.' : 'An admin can connect one.'}
          </EmptyNote>
        }
      >
        {(rows) => (
          <ul className="grid grid-cols-1 gap-2">
            {rows.map((connection) => (
              <OneConnection key={connection.id} connection={connection} mayConnect={mayConnect} />
            ))}
          </ul>
        )}
      </Loaded>
      {isAdding && <AddDialog onClose={() => setAdding(false)} />}
    </Section>
  );
}

function OneConnection({ connection, mayConnect }: { connection: Connection; mayConnect: boolean }) {
  const [seen, setSeen] = useState<ConnectionTest | null>(null);
  const [isChanging, setChanging] = useState(false);
  const test = useChange(testConnection, { invalidates: [], onDone: setSeen, onRefused: ({ message }) => toast({ text: message }) });
  const remove = useChange(removeConnection, {
    onDone: ({ name }) => toast({ text: `Removed ${name}` }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  const { id, name, host, port, database, user, encryption, authorities } = connection;
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-b border-line pb-2 last:border-0">
      <b className="font-name">{name}</b>
      <span className="mono min-w-0 text-code break-all">{inertLine(`${user}@${host}:${port}/${database}`, 300)}</span>
      <Tag>{encryptionWords[encryption]}</Tag>
      {authorities.length > 0 && (
        <span className="min-w-0 text-ink-2 break-words">
          vouched for by {inertLine(authorities.map(({ subject }) => subject).join('; '), 200)}
        </span>
      )}
      {mayConnect && (
        <span className="ml-auto inline-flex gap-1">
          <Button size="small" aria-label={`Test: ${name}`} busy={test.isRunning && 'Testing…'} onClick={() => void test.run({ id })}>
            Test
          </Button>
          <Button size="small" kind="quiet" aria-label={`Change: ${name}`} onClick={() => setChanging(true)}>
            Change
          </Button>
          <Button
            size="small"
            kind="quiet"
            aria-label={`Remove: ${name}`}
            busy={remove.isRunning && 'Removing…'}
            onClick={() => void remove.run({ id })}
          >
            Remove
          </Button>
        </span>
      )}
      {seen !== null && <TestResult result={seen} />}
      {isChanging && <ChangeConnectionDialog connection={connection} onClose={() => setChanging(false)} />}
    </li>
  );
}

function TestResult({ result: { facts, problem } }: { result: ConnectionTest }) {
  if (facts === null)
    return (
      <p role="status" className="w-full text-critical-ink">
        {inertLine(problem?.detail ?? 'It does not open.', 300)}
      </p>
    );
  const { version, role, mayWrite, reasons, readableTables } = facts;
  return (
    <p role="status" className="flex w-full flex-wrap items-baseline gap-x-3">
      <span className="translate-y-0.5">
        <Shape name={mayWrite ? 'medium' : 'ok'} tone={mayWrite ? 'medium' : 'ok'} label={mayWrite ? 'may write' : 'may only read'} />
      </span>
      PostgreSQL {inertLine(version, 60)}, role {inertLine(role, 80)} may read {plural(readableTables, 'table')}.
      <span className="text-ink-2">
        {mayWrite
          ? `It could also write: ${inertLine(reasons.join(', '), 300)}. Checks never do; a role that cannot is better.`
          : 'It may only read.'}
      </span>
    </p>
  );
}

const Draft = z.object({
  name: ConnectionName,
  connectionString: z.string().min(1, 'The address with user and password is needed.').max(4096),
  certificateAuthority: z.string().max(65_536),
});
function AddDialog({ onClose }: { onClose: () => void }) {
  const add = useChange(addConnection, {
    onDone: ({ name }) => {
      toast({ text: `Connected ${name}` });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Connect a database"
      description="The address is kept sealed and never shown again. The name stays: sources use it."
    >
      <Form
        schema={Draft}
        initial={{ name: '', connectionString: '', certificateAuthority: '' }}
        onSubmit={({ certificateAuthority, ...draft }) =>
          add.run(certificateAuthority.trim() === '' ? draft : { ...draft, certificateAuthority })
        }
        problem={add.problem}
        submit="Connect the database"
        busy="Connecting…"
        onCancel={onClose}
      >
        <TextField name="name" label="Name" help="Letters, digits, dots and dashes, as in: warehouse." spellCheck={false} />
        <PasswordField
          name="connectionString"
          label="Address"
          autoComplete="new-password"
          help="postgresql://user:password@host:5432/database; sslmode is verify-full unless it says require or disable."
        />
        <TextAreaField
          name="certificateAuthority"
          label="Certificate authority, in PEM"
          help="Of the operator of the database; left empty, the public authorities vouch for it."
          rows={3}
        />
      </Form>
    </Dialog>
  );
}
