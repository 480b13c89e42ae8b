/** Routing rules: which news goes where. */

import { useMemo, useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ListRows, ListScreen } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { useQueryValue } from '../../../ui/query-state.ts';
import { Shape } from '../../../ui/shape.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { listRules, type Rule, removeRule } from '../contract.ts';
import { hoursWords, NotificationPlaces } from '../notification-words.tsx';
import { RuleDialog } from './rule-dialog.tsx';
import { conditionWords } from './rule-words.tsx';

const byId = ({ id }: Rule): string => id;
const byName = ({ name }: Rule): string => inertLine(name, 100);
const placesOf = ({ destinations }: Rule): string => inertLine(destinations.map(({ name }) => name).join(', '), 200);

function RulesPage() {
  const { can } = useSession();
  const list = useEndpointPages(listRules, { limit: 100 }, { live: ['notifications.settings-changed'] });
  const [opened, setOpened] = useQueryValue('rule');
  const [removing, setRemoving] = useState<Rule | null>(null);
  const mayAdd = can('notifications:create');
  const mayChange = can('notifications:update');
  const mayRemove = can('notifications:delete');
  const columns = useMemo(() => columnsFor(mayRemove ? setRemoving : null), [mayRemove]);
  const rule = list.rows.find(({ id }) => id === opened) ?? null;
  return (
    <ListScreen
      title="Routing"
      path={[{ label: 'Notifications', to: '/notifications' }]}
      subtitle="Each rule that matches sends; a destination that several choose is told once. Without a rule nothing leaves the browser."
      list={list}
      order="By name"
      actions={
        mayAdd && (
          <Button kind="primary" onClick={() => setOpened('new')}>
            Add a rule
          </Button>
        )
      }
      tabs={<NotificationPlaces current="/notifications/rules" />}
    >
      <ListRows
        label="Routing rules"
        list={list}
        empty={<NoRules mayAdd={mayAdd} />}
        rowId={byId}
        rowName={byName}
        columns={columns}
        {...(mayChange ? { onOpen: ({ id }: Rule) => setOpened(id, { step: true }) } : {})}
        openId={opened}
        phone={(row) => (
          <PhoneRow
            shape={<InForce rule={row} />}
            title={byName(row)}
            {...(mayChange ? { to: `/notifications/rules?rule=${row.id}` } : {})}
            reason={inertLine(conditionWords(row), 200)}
            owner={placesOf(row)}
          />
        )}
      />
      {opened === 'new' && mayAdd && <RuleDialog rule={null} onClose={() => setOpened(null)} />}
      {rule !== null && mayChange && <RuleDialog key={rule.id} rule={rule} onClose={() => setOpened(null)} />}
      <RemoveRule rule={removing} onClose={() => setRemoving(null)} />
    </ListScreen>
  );
}

function RemoveRule({ rule, onClose }: { rule: Rule | null; onClose: () => void }) {
  const remove = useChange(removeRule, {
    onDone: ({ name }) => toast({ text: `Removed ${inertLine(name, 80)}` }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  return (
    <Confirm
      open={rule !== null}
      onClose={onClose}
      title={rule === null ? '' : `Remove ${byName(rule)}?`}
      effect={rule === null ? '' : `What it chose is no longer sent to ${placesOf(rule)}, unless another rule does.`}
      verb="Remove the rule"
      busy={remove.isRunning && 'Removing…'}
      onConfirm={() => rule !== null && void remove.run({ id: rule.id }).then(onClose)}
    />
  );
}

function InForce({ rule: { enabled } }: { rule: Rule }) {
  return enabled ? <Shape name="ok" tone="ok" label="In force" /> : <Shape name="on-hold" tone="ink-3" label="Not in force" />;
}

function columnsFor(remove: ((rule: Rule) => void) | null): readonly Column<Rule>[] {
  return [
    { id: 'enabled', head: 'In force', headHidden: true, width: 46, cell: (rule) => <InForce rule={rule} /> },
    {
      id: 'name',
      head: 'Rule',
      primary: true,
      cell: (rule) => <TwoLines title={byName(rule)} second={inertLine(conditionWords(rule), 200)} />,
    },
    { id: 'to', head: 'Sends to', width: 240, hideUnder: 600, cell: (rule) => <span className="block truncate">{placesOf(rule)}</span> },
    {
      id: 'hours',
      head: 'Hours',
      width: 250,
      hideUnder: 900,
      cell: ({ hours, quiet }) => (
        <span className="block truncate text-ink-2">
          {hours === null ? 'always' : hoursWords(hours)}
          {quiet !== null && `; quiet ${hoursWords(quiet)}`}
        </span>
      ),
    },
    {
      id: 'act',
      head: 'Remove',
      headHidden: true,
      width: 96,
      align: 'right',
      hideUnder: 480,
      cell: (rule) =>
        remove === null ? null : (
          <Button size="small" kind="quiet" aria-label={`Remove: ${byName(rule)}`} onClick={() => remove(rule)}>
            Remove
          </Button>
        ),
    },
  ];
}

function NoRules({ mayAdd }: { mayAdd: boolean }) {
  return (
    <EmptyNote title="No rule, so nothing leaves the browser">
      {mayAdd ? 'Say which severities and kinds of news go where. ' : 'An admin or the CISO can say which news goes where. '}
      <TextLink to="/notifications">Destinations</TextLink> come first.
    </EmptyNote>
  );
}

export default definePage({
  path: '/notifications/rules',
  title: 'Routing',
  permission: 'notifications:read',
  group: null,
  icon: 'route',
  order: 1,
  Page: RulesPage,
});
