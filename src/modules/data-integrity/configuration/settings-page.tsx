/** How data is watched in this workspace: interval, what runs, when an alert is raised, how long things are kept. */
import { z } from 'zod';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { FieldList } from '../../../ui/field-list.tsx';
import { CheckboxField, Form, TextField } from '../../../ui/form.tsx';
import { formatPercent } from '../../../ui/format.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Section } from '../../../ui/section.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeConfig, cleanUp, DataConfig, type KeptConfig, readConfig } from '../contract.ts';
import { ConnectionSection } from '../sources/connection-section.tsx';

const percent = z.number('A number from 0 to 100.').min(0).max(100);
const Draft = DataConfig.omit({ alertThresholds: true }).extend({ score: percent, drift: percent, anomalies: percent });

function SettingsPage() {
  const { can } = useSession();
  const answer = useEndpoint(readConfig, {});
  const mayChange = can('data-quality:update');
  return (
    <Screen
      title="How data is watched"
      path={[{ label: 'Data quality', to: '/data-quality' }]}
      subtitle="For the whole workspace; a monitor may say otherwise for itself. Every version is kept, and who changed it."
      ready={answer.data !== undefined}
      actions={can('data-quality:delete') && <CleanUp />}
    >
      <Loaded answer={answer} waitsFor="the settings">
        {(config) => (mayChange ? <ConfigForm key={config.version} config={config} /> : <ConfigFacts config={config} />)}
      </Loaded>
      <ConnectionSection />
    </Screen>
  );
}

function CleanUp() {
  const clean = useChange(cleanUp, { onDone: () => toast({ text: 'Removing what is older than it is kept; see Status' }) });
  return (
    <Button busy={clean.isRunning && 'Starting…'} onClick={() => void clean.run({})}>
      Remove old results now
    </Button>
  );
}

function LastChange({ config: { version, changedAt, changedBy } }: { config: KeptConfig }) {
  if (version === 0 || changedAt === null) return <p className="text-ink-3">Nobody has changed anything yet.</p>;
  return (
    <p className="text-ink-3">
      Version {version}, changed <RelativeTime at={changedAt} />
      {changedBy === null ? '' : ` by ${changedBy}`}.
    </p>
  );
}

function ConfigForm({ config }: { config: KeptConfig }) {
  const change = useChange(changeConfig, { onDone: ({ version }) => toast({ text: `Saved as version ${version}` }) });
  const { alertThresholds: limits } = config;
  const inPercent = (share: number): number => Number((share * 100).toPrecision(8));
  return (
    <Section title="Settings">
      <div className="max-w-140">
        <Form
          schema={Draft}
          initial={{
            ...config,
            score: inPercent(limits.qualityScoreThreshold),
            drift: inPercent(limits.driftThreshold),
            anomalies: inPercent(limits.anomalyRateThreshold),
          }}
          onSubmit={({ score, drift, anomalies, ...rest }) =>
            change.run({
              ...rest,
              version: config.version,
              alertThresholds: {
                qualityScoreThreshold: score / 100,
                driftThreshold: drift / 100,
                anomalyRateThreshold: anomalies / 100,
              },
            })
          }
          problem={change.problem}
          submit="Save the settings"
        >
          <ConfigFields />
        </Form>
        <div className="mt-4">
          <LastChange config={config} />
        </div>
      </div>
    </Section>
  );
}

function ConfigFields() {
  return (
    <>
      <TextField
        name="monitoringInterval"
        label="Minutes between runs"
        type="number"
        help="1 to 1,440; of monitors that name no interval."
      />
      <fieldset className="grid gap-2">
        <legend className="mb-1 font-name">What a check looks for when it does not say</legend>
        <CheckboxField name="enableQuality" label="Quality" />
        <CheckboxField name="enableDrift" label="Drift" />
        <CheckboxField name="enableAnomalies" label="Anomalies" />
        <CheckboxField name="enablePoisoning" label="Poisoning" help="Only where the column of the label is named." />
        <CheckboxField name="enableAlerts" label="Raise alerts" help="Off: runs are kept, and nobody is told." />
      </fieldset>
      <div className="grid gap-4 tablet:grid-cols-3">
        <TextField name="score" label="Score below, %" type="number" />
        <TextField name="drift" label="Drifted above, %" type="number" />
        <TextField name="anomalies" label="Odd rows above, %" type="number" />
      </div>
      <TextField
        name="mostAlertsOfMonitor"
        label="Open alerts of one monitor"
        type="number"
        help="What is beyond is counted in one alert."
      />
      <TextField name="retentionDays" label="Days results are kept" type="number" help="7 to 365; daily roll-ups stay." />
      <TextField name="batchSize" label="Records one step of the removal takes" type="number" />
    </>
  );
}

function ConfigFacts({ config }: { config: KeptConfig }) {
  const { alertThresholds: limits } = config;
  const on = (isOn: boolean): string => (isOn ? 'on' : 'off');
  return (
    <Section title="Settings" note="who may update data quality can change them">
      <FieldList
        labelWidth={190}
        fields={[
          { label: 'Minutes between runs', value: String(config.monitoringInterval) },
          { label: 'Quality', value: on(config.enableQuality) },
          { label: 'Drift', value: on(config.enableDrift) },
          { label: 'Anomalies', value: on(config.enableAnomalies) },
          { label: 'Poisoning', value: on(config.enablePoisoning) },
          { label: 'Alerts', value: on(config.enableAlerts) },
          { label: 'Alert on a score below', value: formatPercent(limits.qualityScoreThreshold) },
          { label: 'Alert on drift above', value: formatPercent(limits.driftThreshold) },
          { label: 'Alert on odd rows above', value: formatPercent(limits.anomalyRateThreshold) },
          { label: 'Days results are kept', value: String(config.retentionDays) },
        ]}
      />
      <div className="mt-4">
        <LastChange config={config} />
      </div>
    </Section>
  );
}

export default definePage({
  path: '/data-quality/settings',
  title: 'How data is watched',
  permission: 'data-quality:read',
  group: null,
  icon: 'settings',
  order: 5,
  Page: SettingsPage,
});
