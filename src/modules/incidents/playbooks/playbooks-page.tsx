/** Playbooks: what follows by itself when an incident of a kind opens. */
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button, ButtonLink, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Section } from '../../../ui/section.tsx';
import { Badge, Tag } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { listActions, listPlaybooks, type PlaybookRow, switchPlaybook } from '../contract.ts';

const originWords = { shipped: 'shipped', changed: 'changed here', workspace: 'own' } as const;

function PlaybooksPage() {
  const { can } = useSession();
  const answer = useEndpoint(listPlaybooks, {}, { live: ['incidents.settings-changed'] });
  return (
    <Screen
      title="Playbooks"
      subtitle="Each runs on every incident that its condition fits, step by step; a step may wait for approval."
      ready={answer.data !== undefined}
      actions={
        can('incidents:create') ? (
          <ButtonLink kind="primary" to="/incidents/playbooks/new">
            Write a playbook
          </ButtonLink>
        ) : undefined
      }
    >
      <Loaded
        answer={answer}
        waitsFor="the playbooks"
        empty={
          <EmptyNote title="There is no playbook">
            Each playbook and when it runs stands here. {can('incidents:create') ? 'Write one.' : 'An analyst can write one.'}
          </EmptyNote>
        }
      >
        {({ items }) => (
          <Section title="In this workspace" note={plural(items.length, 'playbook')}>
            <ul>
              {items.map((row) => (
                <Row key={row.key} row={row} mayChange={can('incidents:create')} />
              ))}
            </ul>
          </Section>
        )}
      </Loaded>
      <Actions />
    </Screen>
  );
}

function Row({ row, mayChange }: { row: PlaybookRow; mayChange: boolean }) {
  const change = useChange(switchPlaybook, {
    onDone: ({ title, enabled }) => toast({ text: `${enabled ? 'Switched on' : 'Switched off'}: ${title}` }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-2.5 last:border-b-0">
      <div className="min-w-0 flex-1 basis-72">
        <TextLink to={`/incidents/playbooks/${row.key}`}>{inertLine(row.title)}</TextLink> <Tag>{originWords[row.origin]}</Tag>
        <p className="text-ink-2">{inertLine(row.says)}</p>
      </div>
      <span className="text-ink-2">{plural(row.steps, 'step')}</span>
      <span className="text-ink-2">
        {row.runs === 0 ? 'never ran' : `${plural(row.runs, 'run')}, the last `}
        {row.lastRunAt !== null && <RelativeTime at={row.lastRunAt} />}
      </span>
      <Badge tone={row.enabled ? 'ok' : 'unknown'}>{row.enabled ? 'On' : 'Off'}</Badge>
      {mayChange && (
        <Button
          size="small"
          busy={change.isRunning && 'Switching…'}
          onClick={() => void change.run({ key: row.key, enabled: !row.enabled })}
        >
          {row.enabled ? 'Switch off' : 'Switch on'}
        </Button>
      )}
    </li>
  );
}

/** What a step can do. */
export function Actions() {
  const answer = useEndpoint(listActions, {});
  return (
    <Section title="Actions" note="what a step can do">
      <Loaded answer={answer} lines={4}>
        {({ items }) => (
          <dl className="grid gap-y-2">
            {items.map(({ id, says, containing, revertible }) => (
              <div key={id} className="grid gap-x-4 tablet:grid-cols-[10rem_1fr]">
                <dt className="mono text-code break-all">{id}</dt>
                <dd className="text-ink-2">
                  {says}
                  {containing && ' Contains.'} {revertible ? 'Can be taken back.' : 'Cannot be taken back.'}
                </dd>
              </div>
            ))}
          </dl>
        )}
      </Loaded>
    </Section>
  );
}

export default definePage({
  path: '/incidents/playbooks',
  title: 'Playbooks',
  permission: 'incidents:read',
  group: 'Respond',
  icon: 'workflow',
  order: 4,
  Page: PlaybooksPage,
});
