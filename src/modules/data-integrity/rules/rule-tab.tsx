/** What the table must hold: the rules in force, adding and changing them with a live try, suggestions from a good table, earlier versions. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/controls.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { formatPercent, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeRule, listRules, listRuleVersions, type RuleSet, removeRule, type ValidationRule } from '../contract.ts';
import { RuleDialog } from './rule-dialog.tsx';
import { formOf } from './rule-form.tsx';
import { SuggestDialog } from './suggest-dialog.tsx';

export function RuleTab({ assetId }: { assetId: string }) {
  const [version, setVersion] = useState<number | null>(null);
  const answer = useEndpoint(listRules, { assetId, ...(version === null ? {} : { version }) });
  return (
    <Loaded answer={answer} waitsFor="the rules" isEmpty={() => false}>
      {(set) => <RuleSetView key={set.version} set={set} onVersion={setVersion} />}
    </Loaded>
  );
}

const byId = ({ id }: ValidationRule): string => id;
const byName = ({ name }: ValidationRule): string => inertLine(name, 200);

function RuleSetView({ set, onVersion }: { set: RuleSet; onVersion: (version: number | null) => void }) {
  const { can } = useSession();
  const [editing, setEditing] = useState<ValidationRule | 'new' | null>(null);
  const [isSuggesting, setSuggesting] = useState(false);
  const isLatest = set.version === set.latestVersion;
  const mayAdd = can('data-quality:create') && isLatest;
  const mayChange = can('data-quality:update') && isLatest;
  return (
    <>
      <div className="flex flex-wrap items-end gap-x-4 gap-y-2 border-b border-line px-4 py-2.5 tablet:px-6">
        <p className="mr-auto pb-1 text-ink-2">
          {set.version === 0 ? 'No rule set yet' : `${plural(set.rules.length, 'rule')} in version ${set.version}`}
          {!isLatest && `; the newest is ${set.latestVersion}`}
        </p>
        {set.latestVersion > 1 && <VersionChoice set={set} onVersion={onVersion} />}
        {mayAdd && <Button onClick={() => setSuggesting(true)}>Suggest rules</Button>}
        {mayAdd && <Button onClick={() => setEditing('new')}>Add a rule</Button>}
      </div>
      {set.rules.length === 0 ? (
        <EmptyNote title="No rules yet">
          Without rules validity counts only what the types say. “Suggest rules” reads a good table and proposes what it keeps; nothing
          counts before you accept it.
        </EmptyNote>
      ) : (
        <DataTable
          label="Rules"
          rows={set.rules}
          rowId={byId}
          rowName={byName}
          columns={columnsFor(mayChange ? { set, onEdit: setEditing } : null)}
          viewKey="data-rules"
          {...(mayChange ? { onOpen: setEditing } : {})}
          phone={(row) => (
            <PhoneRow
              shape={<SeverityShape severity={row.severity} />}
              title={byName(row)}
              reason={formOf(row.rule.kind)?.label ?? row.rule.kind}
              owner={row.owner ?? 'nobody'}
              due={row.enabled ? '' : 'off'}
            />
          )}
          total={set.rules.length}
        />
      )}
      {editing !== null && (
        <RuleDialog assetId={set.assetId} set={set} rule={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
      {isSuggesting && <SuggestDialog assetId={set.assetId} known={set.rules} onClose={() => setSuggesting(false)} />}
    </>
  );
}

function VersionChoice({ set, onVersion }: { set: RuleSet; onVersion: (version: number | null) => void }) {
  const versions = useEndpoint(listRuleVersions, { assetId: set.assetId });
  const choices = (versions.data?.items ?? []).map(({ version, added, removed, at }) => ({
    value: String(version),
    label: `Version ${version}: ${added} added, ${removed} removed, ${at.slice(0, 10)}`,
  }));
  return (
    <div className="w-72">
      <Choice
        label="Version"
        value={String(set.version)}
        choices={choices}
        onChange={(value) => onVersion(Number(value) === set.latestVersion ? null : Number(value))}
      />
    </div>
  );
}

type Editable = { readonly set: RuleSet; readonly onEdit: (rule: ValidationRule) => void };
function columnsFor(editable: Editable | null): readonly Column<ValidationRule>[] {
  return [
    { id: 'severity', head: 'Severity', headHidden: true, width: 46, cell: ({ severity }) => <SeverityShape severity={severity} /> },
    {
      id: 'name',
      head: 'Rule',
      primary: true,
      cell: (row) => <TwoLines title={byName(row)} second={inertLine(row.evidence ?? formOf(row.rule.kind)?.says ?? row.rule.kind, 200)} />,
    },
    { id: 'tolerance', head: 'May fail', width: 130, hideUnder: 620, cell: ({ tolerance }) => toleranceWords(tolerance) },
    {
      id: 'owner',
      head: 'Owner',
      width: 130,
      hideUnder: 760,
      cell: ({ owner }) => (owner === null ? <span className="text-ink-3">nobody</span> : inertLine(owner, 60)),
    },
    {
      id: 'since',
      head: 'Since',
      width: 120,
      hideUnder: 860,
      cell: ({ fromVersion, createdAt }) => (
        <span className="text-ink-2" title={`version ${fromVersion}`}>
          <RelativeTime at={createdAt} />
        </span>
      ),
    },
    {
      id: 'state',
      head: 'State',
      width: 70,
      cell: ({ enabled }) => (enabled ? <span className="text-ink-2">on</span> : <span className="text-ink-3">off</span>),
    },
    ...(editable === null
      ? []
      : [
          {
            id: 'act',
            head: 'Actions',
            headHidden: true,
            width: 226,
            align: 'right' as const,
            cell: (row: ValidationRule) => <Actions rule={row} {...editable} />,
          },
        ]),
  ];
}

export function toleranceWords({ share, count }: ValidationRule['tolerance']): string {
  if (share === undefined && count === undefined) return 'nothing';
  return [count === undefined ? null : plural(count, 'row'), share === undefined ? null : formatPercent(share, { digits: 2 })]
    .filter((part) => part !== null)
    .join(' or ');
}

function Actions({ rule, set, onEdit }: Editable & { rule: ValidationRule }) {
  const flip = useChange(changeRule, {
    onDone: () => toast({ text: `${rule.enabled ? 'Off' : 'On'}: ${byName(rule)}` }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  const remove = useChange(removeRule, {
    onDone: () => toast({ text: `Removed ${byName(rule)}; version ${set.version} keeps it` }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  return (
    <span className="inline-flex gap-1">
      <Button size="small" kind="quiet" aria-label={`Change ${byName(rule)}`} onClick={() => onEdit(rule)}>
        Change
      </Button>
      <Button
        size="small"
        kind="quiet"
        aria-label={`Switch ${rule.enabled ? 'off' : 'on'} ${byName(rule)}`}
        busy={flip.isRunning && '…'}
        onClick={() => void flip.run({ id: rule.id, version: set.version, enabled: !rule.enabled })}
      >
        {rule.enabled ? 'Off' : 'On'}
      </Button>
      <Button
        size="small"
        kind="quiet"
        aria-label={`Remove ${byName(rule)}`}
        busy={remove.isRunning && '…'}
        onClick={() => void remove.run({ id: rule.id })}
      >
        Remove
      </Button>
    </span>
  );
}
