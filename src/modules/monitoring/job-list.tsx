/** Long work as a list: where it is, how it ended, stop it or run it again. */

import { useState } from 'react';
import { useSession } from '../../client/session.ts';
import { useChange } from '../../client/use-change.ts';
import { type EndpointPages, useEndpointPages } from '../../client/use-endpoint-pages.ts';
import type { Job } from '../../contract/job.ts';
import { cancelJob, listJobs, retryJob } from '../../contract/live.ts';
import { Button } from '../../ui/button.tsx';
import { formatNumber, plural } from '../../ui/format.ts';
import { ListRows, ListTools } from '../../ui/list-screen.tsx';
import { EmptyNote } from '../../ui/loaded.tsx';
import { progressWords } from '../../ui/progress.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Shape } from '../../ui/shape.tsx';
import { TwoLines } from '../../ui/table-body.tsx';
import type { Column } from '../../ui/table-column.ts';
import { PhoneRow } from '../../ui/table-phone.tsx';
import { formatDuration } from '../../ui/time.ts';

const byId = (job: Job): string => job.id;
const byTitle = (job: Job): string => job.title;

export function JobList() {
  const { can } = useSession();
  const list = useEndpointPages(listJobs, { limit: 50 }, { live: ['job.'], enabled: can('jobs:read') });
  const cancel = useChange(cancelJob);
  const retry = useChange(retryJob);
  const act: JobActs = {
    onCancel: can('jobs:update') ? (id) => void cancel.run({ id }) : null,
    onRetry: can('jobs:create') ? (id) => void retry.run({ id }) : null,
  };
  return (
    <section aria-label="Background work">
      <h2 className="px-4 pt-4 font-strong tablet:px-6">Background work</h2>
      <ListTools list={list} order="Newest first" />
      <JobTable list={list} act={act} />
    </section>
  );
}

type JobActs = { readonly onCancel: ((id: string) => void) | null; readonly onRetry: ((id: string) => void) | null };
type JobTableProps = { list: EndpointPages<Job>; act: JobActs };
function JobTable({ list, act }: JobTableProps) {
  const [opened, setOpened] = useState<string | null>(null);
  const columns: Column<Job>[] = [
    { id: 'state', head: 'State', headHidden: true, width: 44, cell: ({ state }) => <JobShape state={state} /> },
    { id: 'title', head: 'Work', primary: true, cell: (job) => <TwoLines title={job.title} second={job.kind} mono /> },
    { id: 'progress', head: 'Progress', width: 260, hideUnder: 760, cell: (job) => <Where job={job} isOpen={opened === job.id} /> },
    { id: 'attempts', head: 'Tries', width: 60, align: 'right', hideUnder: 900, cell: ({ attempts }) => formatNumber(attempts) },
    { id: 'at', head: 'Asked', width: 90, align: 'right', cell: ({ createdAt }) => <RelativeTime at={createdAt} form="age" /> },
    {
      id: 'act',
      head: 'Act',
      headHidden: true,
      width: 90,
      align: 'right',
      cell: (job) => <JobAction job={job} act={act} />,
    },
  ];
  return (
    <ListRows
      label="Jobs"
      list={list}
      refusal="Your role may not see background work."
      empty={<EmptyNote title="No work has run">Scans, discoveries and bulk changes run as jobs and stand here.</EmptyNote>}
      rowId={byId}
      rowName={byTitle}
      columns={columns}
      onOpen={(job) => setOpened(opened === job.id ? null : job.id)}
      openId={opened}
      phone={(job) => (
        <PhoneRow
          shape={<JobShape state={job.state} />}
          title={job.title}
          reason={<Where job={job} isOpen={false} />}
          due={<RelativeTime at={job.createdAt} form="age" />}
        />
      )}
    />
  );
}

function JobShape({ state }: Pick<Job, 'state'>) {
  if (state === 'done') return <Shape name="ok" tone="ok" label="done" />;
  if (state === 'failed') return <Shape name="high" tone="high" label="failed" />;
  if (state === 'cancelled') return <Shape name="false-positive" tone="ink-3" label="cancelled" />;
  return <Shape name={state === 'running' ? 'in-progress' : 'open'} tone={state === 'running' ? 'accent' : 'ink-3'} label={state} />;
}

function Where({ job, isOpen }: { job: Job; isOpen: boolean }) {
  if (job.problem !== null) return <span className={isOpen ? 'text-high-ink' : 'block truncate text-high-ink'}>{job.problem.detail}</span>;
  if (job.state === 'running' && job.progress !== null) return <span className="tabular-nums">{progressWords(job.progress)}</span>;
  if (job.finishedAt !== null && job.startedAt !== null)
    return <span className="text-ink-2">took {formatDuration(Math.max(0, Date.parse(job.finishedAt) - Date.parse(job.startedAt)))}</span>;
  return (
    <span className="text-ink-2">{job.progress === null ? job.state : plural(job.progress.done, job.progress.unit.replace(/s$/, ''))}</span>
  );
}

function JobAction({ job: { id, state }, act: { onCancel, onRetry } }: { job: Job; act: JobActs }) {
  if ((state === 'queued' || state === 'running') && onCancel !== null) {
    return (
      <Button size="small" onClick={() => onCancel(id)}>
        Cancel
      </Button>
    );
  }
  if ((state === 'failed' || state === 'cancelled') && onRetry !== null) {
    return (
      <Button size="small" onClick={() => onRetry(id)}>
        Run again
      </Button>
    );
  }
  return null;
}
