/** What is done from which severity on, how fast, and which kinds and signatures are switched on. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { ChangedElsewhere, useOpened } from '../../../ui/changed-elsewhere.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { FieldList } from '../../../ui/field-list.tsx';
import { plural } from '../../../ui/format.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Section } from '../../../ui/section.tsx';
import { formatDuration } from '../../../ui/time.ts';
import { toast } from '../../../ui/toast-store.ts';
import { type Configuration, changeConfiguration, configurationChangeOf, kinds, readConfiguration } from '../contract.ts';
import { PersonName } from '../person-name.tsx';
import { home, kindWords, rateText } from '../threat-words.tsx';
import { ConfigurationForm } from './configuration-form.tsx';
import { Signatures } from './signatures.tsx';

function ConfigurationPage() {
  const { can } = useSession();
  const answer = useEndpoint(readConfiguration, {}, { live: ['adversarial-detection.configuration-changed'] });
  const [isWritten, setWritten] = useState(false);
  return (
    <Screen
      title="Configuration"
      path={[home]}
      subtitle="For the whole workspace. Every version is kept, and who changed it."
      ready={answer.data !== undefined}
    >
      <Loaded answer={answer} waitsFor="the configuration">
        {(configuration) =>
          can('adversarial-detection:update') ? (
            <Written configuration={configuration} isWritten={isWritten} onWritten={setWritten} />
          ) : (
            <Read configuration={configuration} />
          )
        }
      </Loaded>
      {/* Not before what stands above it: it would be pushed down when that comes. */}
      {!answer.isPending && <Signatures configuration={answer.data} isWritten={isWritten} />}
    </Screen>
  );
}

type WrittenProps = { configuration: Configuration; isWritten: boolean; onWritten: (isWritten: boolean) => void };
function Written({ configuration, isWritten, onWritten }: WrittenProps) {
  const opened = useOpened(configuration, isWritten);
  const change = useChange(changeConfiguration, {
    invalidates: ['adversarial-detection'],
    onDone: ({ version }) => {
      onWritten(false);
      toast({ text: `Saved as version ${version}` });
    },
  });
  const { record } = opened;
  return (
    <>
      <div className="px-4 tablet:px-6">
        <ChangedElsewhere what="configuration" opened={opened} isSaving={change.isRunning} />
      </div>
      <div className="[&>form>[role=alert]]:mx-4 tablet:[&>form>[role=alert]]:mx-6">
        <ConfigurationForm
          key={record.version}
          configuration={record}
          onSave={(draft) => change.run(configurationChangeOf(draft, record.version))}
          problem={change.problem}
          onWritten={onWritten}
        />
      </div>
      <div className="px-4 pt-3 pb-4 tablet:px-6">
        <LastChange configuration={configuration} />
      </div>
    </>
  );
}

function LastChange({ configuration: { version, changedAt, changedBy } }: { configuration: Configuration }) {
  if (version === 0) return <p className="text-ink-3">These are the defaults: nobody has changed anything yet.</p>;
  return (
    <p className="text-ink-3">
      Version {version}, changed <RelativeTime at={changedAt} /> by <PersonName id={changedBy} />.
    </p>
  );
}

const releaseWords = { manual: 'by a person', after: 'after a time', 'when-clean': 'after a time, when clean' } as const;
function Read({ configuration }: { configuration: Configuration }) {
  const { response, detectors } = configuration;
  const { autoRelease, incidentAfterAlerts } = response;
  return (
    <>
      <Section title="Response" note="whoever may update threat detection can change it">
        <FieldList
          labelWidth={190}
          fields={[
            { label: 'Block from', value: `${response.blockAtSeverity}, for ${formatDuration(response.blockForMs)}` },
            { label: 'Quarantine from', value: response.quarantineAtSeverity },
            {
              label: 'Incident from',
              value: `${response.incidentAtSeverity}, or after ${plural(incidentAfterAlerts.count, 'alert')} within ${formatDuration(incidentAfterAlerts.withinMs)}`,
            },
            { label: 'Escalate from', value: `${response.escalateAtSeverity}, after ${formatDuration(response.escalateAfterMs)}` },
            {
              label: 'Release',
              value: `asked for ${releaseWords[autoRelease.policy]}${autoRelease.policy === 'manual' ? '' : `, ${formatDuration(autoRelease.afterMs)}`}; ${plural(autoRelease.approvals, 'approval')}`,
            },
            { label: 'When screening fails', value: response.failMode === 'open' ? 'let through, as unscreened' : 'refuse' },
            { label: 'Simulate', value: response.simulate ? 'on: nothing is refused' : 'off' },
          ]}
        />
        <div className="mt-4">
          <LastChange configuration={configuration} />
        </div>
      </Section>
      <Section title="Kinds">
        <FieldList
          labelWidth={190}
          fields={kinds.map((kind) => ({
            label: kindWords[kind],
            value: `${detectors[kind].enabled ? 'on' : 'off'}, asked false alarms ${rateText(detectors[kind].targetFalsePositiveRate)}`,
          }))}
        />
      </Section>
    </>
  );
}

export default definePage({
  path: '/adversarial-detection/configuration',
  title: 'Threat detection configuration',
  permission: 'adversarial-detection:read',
  group: null,
  icon: 'settings',
  order: 4,
  Page: ConfigurationPage,
});
