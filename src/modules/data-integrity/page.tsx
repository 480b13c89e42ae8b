/** Data quality: what is watched, what is wrong with it now, and every look at a table. */
import { Settings } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '../../client/session.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import { formatBytes, formatNumber, plural } from '../../ui/format.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { useQueryValue } from '../../ui/query-state.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Figure } from '../../ui/section.tsx';
import { SeverityWord } from '../../ui/severity.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { AlertList } from './alerts/alert-list.tsx';
import { AssessmentList } from './assessments/assessment-list.tsx';
import { CheckDialog } from './assessments/check-dialog.tsx';
import { monitoringStatus } from './contract.ts';
import { MonitorList } from './monitors/monitor-list.tsx';

const live = ['data-alert.', 'data-monitor.', 'data-assessment.'];

function DataQualityPage() {
  const { can } = useSession();
  const status = useEndpoint(monitoringStatus, {}, { live });
  const [tab, setTab] = useQueryValue('tab');
  const [isChecking, setChecking] = useState(false);
  const open = status.data?.openAlerts.reduce((sum, { count }) => sum + count, 0);
  return (
    <Screen
      title="Data quality"
      subtitle="Is a table good, has it changed, which rows are odd, was it tampered with: measured, with the rows named."
      ready={status.data !== undefined}
      actions={
        <>
          <ButtonLink to="/data-quality/settings" icon={Settings}>
            Settings
          </ButtonLink>
          {can('data-quality:create') && (
            <Button kind="primary" onClick={() => setChecking(true)}>
              Check a table
            </Button>
          )}
        </>
      }
    >
      <StatusLine answer={status} />
      <Tabs
        label="Data quality"
        value={tab ?? 'monitors'}
        onChange={(id) => setTab(id === 'monitors' ? null : id)}
        tabs={[
          { id: 'monitors', label: 'Monitors', count: status.data?.monitors.total, content: <MonitorList /> },
          { id: 'alerts', label: 'Alerts', count: open, content: <AlertList /> },
          { id: 'assessments', label: 'Assessments', content: <AssessmentList /> },
        ]}
      />
      {isChecking && <CheckDialog onClose={() => setChecking(false)} />}
    </Screen>
  );
}

function StatusLine({ answer }: { answer: ReturnType<typeof useEndpoint<typeof monitoringStatus>> }) {
  return (
    <Loaded answer={answer} lines={1} waitsFor="the state of monitoring">
      {({ monitors, assessments, openAlerts, assets, nextRunAt, uploads }) => (
        <div className="flex flex-wrap items-baseline gap-x-8 gap-y-2 border-b border-line bg-canvas px-4 py-3 tablet:px-6">
          <Figure
            value={`${formatNumber(assets.watched)} of ${formatNumber(assets.datasets)}`}
            words={assets.datasets === 0 ? 'data sets watched; none is registered yet' : 'data sets watched'}
          />
          <Figure value={formatNumber(monitors.bad + monitors.failing)} words="monitors with something to see" />
          <span className="inline-flex flex-wrap items-baseline gap-x-4 gap-y-1">
            {openAlerts.every(({ count }) => count === 0) ? (
              <span className="text-ink-2">no open alert</span>
            ) : (
              openAlerts
                .filter(({ count }) => count > 0)
                .map(({ severity, count }) => (
                  <span key={severity} className="inline-flex items-baseline gap-1.5">
                    <SeverityWord severity={severity} />
                    <b className="font-strong tabular-nums">{formatNumber(count)}</b>
                  </span>
                ))
            )}
          </span>
          <span className="text-ink-2">
            {assessments.queued + assessments.running === 0
              ? plural(assessments.lastDay, 'assessment')
              : `${plural(assessments.queued + assessments.running, 'assessment')} running, ${formatNumber(assessments.lastDay)}`}{' '}
            in a day{assessments.failedLastDay > 0 && `, ${formatNumber(assessments.failedLastDay)} could not run`}
          </span>
          {nextRunAt !== null && (
            <span className="text-ink-2">
              next run <RelativeTime at={nextRunAt} />
            </span>
          )}
          {uploads.usedBytes > 0 && (
            <span className="text-ink-3">
              {formatBytes(uploads.usedBytes)} of {formatBytes(uploads.quotaBytes)} of uploads
            </span>
          )}
        </div>
      )}
    </Loaded>
  );
}

export default definePage({
  path: '/data-quality',
  title: 'Data quality',
  permission: 'data-quality:read',
  group: 'Find',
  icon: 'chart-column',
  order: 5,
  Page: DataQualityPage,
});
