/** Whether engineers change any asset, or only those of their own department. */
import { useState } from 'react';
import { useSession } from '../../client/session.ts';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Button, TextLink } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { plural } from '../../ui/format.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Section } from '../../ui/section.tsx';
import { toast } from '../../ui/toast-store.ts';
import { changeDepartmentRule, type DepartmentRule, readDepartmentRule } from '../identity/contract.ts';

export function DepartmentSection() {
  const rule = useEndpoint(readDepartmentRule, {});
  return (
    <Section title="Assets and departments">
      <Loaded answer={rule} lines={2}>
        {(data) => <Rule rule={data} />}
      </Loaded>
    </Section>
  );
}

function Rule({ rule: { ownOnly, engineers, without } }: { rule: DepartmentRule }) {
  const { can } = useSession();
  const [isAsking, setAsking] = useState(false);
  const change = useChange(changeDepartmentRule, {
    invalidates: ['identity', 'session'],
    onDone: (now) => {
      toast({ text: now.ownOnly ? 'Engineers change only assets of their own department now' : 'Engineers change any asset now' });
      setAsking(false);
    },
    onRefused: (problem) => {
      toast({ text: problem.message });
      setAsking(false);
    },
  });
  return (
    <div className="grid max-w-[72ch] justify-items-start gap-2">
      <p>
        {ownOnly
          ? 'Engineers change only assets of their own department; what they register belongs to it.'
          : 'Engineers change assets of every department.'}
      </p>
      {engineers > 0 && without > 0 && (
        <p className="text-ink-2">
          {without} of <TextLink to="/users?role=engineer">{plural(engineers, 'engineer')}</TextLink> {without === 1 ? 'has' : 'have'} no
          department{ownOnly ? ' and can change no asset.' : ' and could change no asset then.'}
        </p>
      )}
      {can('settings:update') && (
        <Button onClick={() => setAsking(true)}>
          {ownOnly ? 'Let engineers change any asset' : 'Hold engineers to their own department'}
        </Button>
      )}
      <Dialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title={ownOnly ? 'Let engineers change any asset' : 'Hold engineers to their own department'}
        description={ownOnly ? 'Holds from their next request on.' : stopping(engineers, without)}
        width="narrow"
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button kind="primary" busy={change.isRunning && 'Changing…'} onClick={() => void change.run({ ownOnly: !ownOnly })}>
              {ownOnly ? 'Let them' : 'Hold them to it'}
            </Button>
          </>
        }
      />
    </div>
  );
}

function stopping(engineers: number, without: number): string {
  const rest = without === 0 ? '' : ` ${without} of ${plural(engineers, 'engineer')} without a department then change none.`;
  return `Holds from their next request on, for sessions, API keys and tokens. Assets without a department are changed by other roles.${rest}`;
}
