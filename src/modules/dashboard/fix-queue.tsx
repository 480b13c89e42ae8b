/** The fix-first queue: each row is a decision, with what it wins and what it ends. */
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import type { z } from 'zod';
import { Person } from '../../ui/avatar.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { DueBar } from '../../ui/due-bar.tsx';
import { formatSigned, plural } from '../../ui/format.ts';
import { Mark } from '../../ui/mark.tsx';
import { SeverityShape } from '../../ui/severity.tsx';
import type { Column } from '../../ui/table-column.ts';
import { PhoneRow } from '../../ui/table-phone.tsx';
import type { listFixes } from '../risk/contract.ts';

type Fix = z.infer<typeof listFixes.output>['fixes'][number];
const byKey = (fix: Fix): string => fix.key;
/** Remedies are whole instructions; the queue shows the first sentence and the page the rest. */
const nameOf = ({ action, assets, assetNames }: Fix): string => {
  const sentence = action.split(/(?<=\.)\s/)[0]?.replace(/\.$/, '') ?? action;
  const [only] = assetNames;
  return assets === 1 && only !== undefined ? sentence.replace(/\bthis (file|model|artefact)\b/, only) : sentence;
};
const placeOf = (fix: Fix): string => `/vulnerabilities?fix=${fix.key}&peek=${fix.topVulnerabilityId}`;

export function FixQueue({ fixes }: { fixes: readonly Fix[] }) {
  const [, go] = useLocation();
  const most = Math.max(...fixes.map(({ won }) => won), 0);
  const first = fixes[0]?.key;
  const columns = useMemo(() => columnsFor(most, first), [most, first]);
  return (
    <DataTable
      label="Fix first"
      rows={fixes}
      rowId={byKey}
      rowName={nameOf}
      rowTo={placeOf}
      onOpen={(fix) => go(placeOf(fix))}
      columns={columns}
      density="queue"
      phone={(fix, { first: isFirst }) => (
        <PhoneRow
          shape={<SeverityShape severity={fix.severity} />}
          title={nameOf(fix)}
          to={placeOf(fix)}
          figure={<span className="text-ok-ink">{formatSigned(fix.won, { digits: 1 })}</span>}
          reason={fix.reason}
          owner={<Person name={ownerOf(fix)} />}
          due={<DueBar due={fix.dueAt} />}
          {...(isFirst
            ? {
                actions: (
                  <ButtonLink to={placeOf(fix)} kind="primary">
                    Open the fix
                  </ButtonLink>
                ),
              }
            : {})}
        />
      )}
    />
  );
}

function columnsFor(most: number, first: string | undefined): Column<Fix>[] {
  return [
    {
      id: 'severity',
      head: 'Severity',
      headHidden: true,
      width: 44,
      // As tall as the three lines beside it, so that the shape stands with the first.
      cell: ({ severity }) => (
        <span className="flex h-14.5 items-start pt-0.5">
          <SeverityShape severity={severity} />
        </span>
      ),
    },
    { id: 'action', head: 'Action and reason', primary: true, cell: (fix) => <Action fix={fix} /> },
    { id: 'owner', head: 'Owner', width: 150, hideUnder: 760, cell: (fix) => <Person name={ownerOf(fix)} /> },
    { id: 'due', head: 'Due', width: 100, cell: ({ dueAt }) => <DueBar due={dueAt} /> },
    { id: 'won', head: 'Points won', width: 92, align: 'right', cell: ({ won }) => <Won won={won} most={most} /> },
    {
      id: 'go',
      head: 'Open',
      headHidden: true,
      width: 96,
      align: 'right',
      hideUnder: 640,
      cell: (fix) => (
        <ButtonLink to={placeOf(fix)} kind={fix.key === first ? 'primary' : 'secondary'}>
          {ownerOf(fix) === null ? 'Assign' : 'Open'}
        </ButtonLink>
      ),
    },
  ];
}

function ownerOf({ assignees, owners }: Fix): string | null {
  return assignees[0] ?? owners[0] ?? null;
}

function Action({ fix }: { fix: Fix }) {
  return (
    <span className="block min-w-0">
      <span className="block truncate text-row font-row" title={fix.action}>
        {nameOf(fix)}
      </span>
      <span className="block truncate text-ink-2" title={fix.reason}>
        {fix.reason}
      </span>
      <span className="flex items-center gap-2 text-label text-ink-3">
        <Mark mark={fix.mark} />
        <span className="truncate">
          ends {plural(fix.vulnerabilities, 'vulnerability', 'vulnerabilities')}
          {fix.assets > 1 ? ` on ${plural(fix.assets, 'asset')}` : fix.assetNames[0] === undefined ? '' : ` on ${fix.assetNames[0]}`}
        </span>
      </span>
    </span>
  );
}

/** Posture points, with a bar that compares with the best of the list. */
function Won({ won, most }: { won: number; most: number }) {
  const share = most <= 0 ? 0 : Math.max(0, won) / most;
  return (
    <span className="inline-flex w-full flex-col items-end gap-1">
      <span className="font-strong text-ok-ink tabular-nums">{formatSigned(won, { digits: 1 })}</span>
      <span aria-hidden="true" className="block h-0.75 rounded-round bg-ok" style={{ width: `${Math.round(share * 72)}px` }} />
    </span>
  );
}
