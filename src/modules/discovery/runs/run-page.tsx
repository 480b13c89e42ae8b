/** One discovery run: progress while it walks, then what it found against the run before. */

import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { ButtonLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import type { FilterField } from '../../../ui/filter.ts';
import { formatBytes, formatNumber, plural } from '../../../ui/format.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { ListRows, ListTools } from '../../../ui/list-screen.tsx';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Section } from '../../../ui/section.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { formatDuration } from '../../../ui/time.ts';
import { useAskedFilters } from '../../../ui/use-asked-filters.ts';
import { usePeek } from '../../../ui/use-peek.ts';
import { cancelRun, getRun, hitKinds, hitStates, listHits, type Run, type StoredHit } from '../contract.ts';
import { HitPeek } from './hit-peek.tsx';
import { diffWords, kindWords, StateBadge } from './run-words.tsx';

const fields: FilterField[] = [
  { key: 'state', label: 'state', kind: 'choice', choices: hitStates.map((value) => ({ value, label: value })) },
  { key: 'kind', label: 'kind', kind: 'choice', choices: hitKinds.map((value) => ({ value, label: kindWords[value].word })) },
];
const byId = (hit: StoredHit): string => hit.id;
const byName = (hit: StoredHit): string => hit.name;

const columns: Column<StoredHit>[] = [
  { id: 'state', head: 'State', width: 104, cell: ({ state }) => <StateBadge state={state} /> },
  {
    id: 'name',
    head: 'What was found',
    primary: true,
    cell: ({ name, where }) => <TwoLines title={name} second={where[0] === undefined ? '' : placeText(where[0])} mono />,
  },
  { id: 'kind', head: 'Kind', width: 190, hideUnder: 560, cell: ({ kind }) => <span className="text-ink-2">{kindWords[kind].word}</span> },
  { id: 'sure', head: 'How sure', width: 100, hideUnder: 760, cell: ({ confidence }) => <span className="text-ink-2">{confidence}</span> },
  {
    id: 'places',
    head: 'Places',
    width: 104,
    align: 'right',
    hideUnder: 680,
    cell: ({ where, whereLeftOut }) => formatNumber(where.length + whereLeftOut),
  },
];

function placeText({ path, line }: StoredHit['where'][number]): string {
  return line === null ? path : `${path}:${line}`;
}

function RunPage({ params }: { params: Readonly<Record<string, string>> }) {
  const id = params['id'] ?? '';
  const { can } = useSession();
  const run = useEndpoint(getRun, { id }, { live: ['discovery.', 'job.'] });
  const data = run.data;
  const hits = useHits(id, data?.state === 'done');
  return (
    <Screen
      title={data?.path.split('/').at(-1) || 'Discovery'}
      path={[{ label: 'Discovery', to: '/discovery' }]}
      subtitle={data && <span className="mono text-code">{data.path}</span>}
      actions={
        data?.scanId && can('model-scanner:read') ? <ButtonLink to={`/model-scanner/${data.scanId}`}>Open the scan</ButtonLink> : undefined
      }
      peek={hits.peek.row === null ? null : <HitPeek hit={hits.peek.row} {...hits.peek.placing} />}
      ready={data !== undefined}
    >
      <Loaded answer={run} waitsFor="the run">
        {(loaded) => (
          <>
            <RunState run={loaded} />
            {loaded.state === 'done' && <Hits run={loaded} hits={hits} />}
          </>
        )}
      </Loaded>
    </Screen>
  );
}

/** The list of hits with its filters and its peek. */
function useHits(id: string, enabled: boolean) {
  const filters = useAskedFilters(fields, listHits.input);
  const list = useEndpointPages(listHits, { limit: 100, ...filters.asked, id }, { enabled });
  return { filters, list, peek: usePeek(list) };
}

function RunState({ run }: { run: Run }) {
  const cancel = useChange(cancelRun);
  const { can } = useSession();
  if (run.state === 'queued' || run.state === 'running')
    return (
      <Section title={run.state === 'queued' ? 'Waiting to start' : 'Looking'}>
        <Progress
          label="Files looked at"
          facts={{
            done: run.progress?.files ?? 0,
            total: run.progress?.filesTotal ?? null,
            unit: 'files',
            note: run.progress === null ? null : `${formatNumber(run.progress.hits)} found`,
          }}
          {...(can('discovery:update') ? { onCancel: () => void cancel.run({ id: run.id }) } : {})}
          isCancelling={cancel.isRunning}
        />
      </Section>
    );
  if (run.state !== 'done')
    return (
      <Section title={run.state === 'failed' ? 'It did not finish' : 'It was stopped'}>
        <p className="text-ink-2">
          {run.problem?.detail ?? 'No reason was given.'} Nothing was changed in the inventory by what it did not reach.
        </p>
        <p className="mt-2">
          <ButtonLink to="/discovery">Look again</ButtonLink>
        </p>
      </Section>
    );
  return <Summary run={run} />;
}

function Summary({ run }: { run: Run }) {
  const { summary } = run;
  if (summary === null) return null;
  const unreached = summary.skipped.filter(({ reason }) =>
    ['permission', 'depth', 'files', 'hits', 'time', 'reader-failed'].includes(reason),
  );
  const others = summary.skipped.filter((one) => !unreached.includes(one));
  return (
    <Section title={diffWords(run)} note={<RelativeTime at={run.finishedAt} />}>
      <p className="text-ink-2">
        {plural(summary.files, 'file')} in {plural(summary.folders, 'folder')}, {formatBytes(summary.bytesRead)} read in{' '}
        {formatDuration(summary.durationMs)}.{' '}
        {summary.complete ? 'Everything was reached.' : 'Not everything was reached, so nothing is called gone.'}
      </p>
      {unreached.length > 0 && <SkippedList title="Not reached" entries={unreached} />}
      {others.length > 0 && <SkippedList title="Left out" entries={others} />}
    </Section>
  );
}

const reasonWords: Readonly<Record<NonNullable<Run['summary']>['skipped'][number]['reason'], string>> = {
  permission: 'no permission to read',
  'link-loop': 'a link to a folder, walked at its own place',
  'outside-link': 'a link that leaves the folder',
  'not-a-regular-file': 'no regular file',
  depth: 'deeper than folders are followed',
  files: 'more than may be read',
  hits: 'more hits than are kept',
  'too-large': 'too large',
  'reader-failed': 'its reader failed',
  time: 'out of time',
  vendored: 'installed packages or version control of others',
};

function SkippedList({ title, entries }: { title: string; entries: NonNullable<Run['summary']>['skipped'] }) {
  return (
    <details className="mt-2">
      <summary className="finger cursor-pointer text-ink-2">
        {title}:{' '}
        {plural(
          entries.reduce((sum, { count }) => sum + count, 0),
          'place',
        )}
      </summary>
      <ul className="mt-1 grid gap-0.5">
        {entries.slice(0, 50).map(({ path, reason, count }) => (
          <li key={`${reason} ${path}`} className="text-label">
            <span className="mono break-all">
              <InertText text={path === '' ? 'several' : path} limit={300} />
            </span>{' '}
            <span className="text-ink-3">
              {reasonWords[reason]}
              {count > 1 ? `, ${formatNumber(count)} times` : ''}
            </span>
          </li>
        ))}
        {entries.length > 50 && <li className="text-ink-3">{plural(entries.length - 50, 'more line')}</li>}
      </ul>
    </details>
  );
}

function Hits({ run, hits: { filters, list, peek } }: { run: Run; hits: ReturnType<typeof useHits> }) {
  return (
    <>
      <ListTools list={list} filters={filters} placeholder="Name" order="By kind, then name" />
      <ListRows
        label="Hits"
        list={list}
        filters={filters}
        noMatch="No hit matches"
        empty={
          <EmptyNote kind="all-clear" title="No AI was found">
            {`${plural(run.summary?.files ?? 0, 'file')} looked at by content, code by its imports and calls. Not covered: code in other languages than Python, JavaScript, TypeScript, Go, Java, Rust and C#, and installed packages.`}
          </EmptyNote>
        }
        rowId={byId}
        rowName={byName}
        columns={columns}
        viewKey="discovery-hits"
        peek={peek}
        phone={(row) => (
          <PhoneRow
            shape={<Shape name={row.state === 'gone' ? 'unknown' : 'open'} tone="ink-3" label={row.state} />}
            title={row.name}
            reason={kindWords[row.kind].word}
            owner={row.where[0] === undefined ? '' : placeText(row.where[0])}
            due={<StateBadge state={row.state} />}
          />
        )}
      />
    </>
  );
}

export default definePage({
  path: '/discovery/:id',
  title: 'Discovery run',
  permission: 'discovery:read',
  group: null,
  icon: 'radar',
  order: 2,
  Page: RunPage,
});
