/** What is done from which severity on, how fast, and which kinds and signatures are switched on. */
import { z } from 'zod';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Severity, severities } from '../../../contract/severity.ts';
import { definePage } from '../../../ui/define-page.ts';
import { FieldList } from '../../../ui/field-list.tsx';
import { CheckboxField, Form, SelectField, TextField } from '../../../ui/form.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Section } from '../../../ui/section.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { type Configuration, changeConfiguration, FailMode, listSignatures, readConfiguration } from '../contract.ts';
import { home, kindWords, rateText } from '../threat-words.tsx';

const seconds = (least: number, most: number) => z.number('A number of seconds.').min(least).max(most);
const Draft = z.object({
  blockAtSeverity: Severity,
  quarantineAtSeverity: Severity,
  escalateAtSeverity: Severity,
  incidentAtSeverity: Severity,
  blockFor: seconds(1, 31_622_400),
  escalateAfter: seconds(5, 3600),
  releasePolicy: z.enum(['manual', 'after', 'when-clean']),
  releaseAfter: seconds(0, 31_622_400),
  approvals: z.int('A whole number.').min(0).max(5),
  failMode: FailMode,
  simulate: z.boolean(),
});

function ConfigurationPage() {
  const { can } = useSession();
  const answer = useEndpoint(readConfiguration, {});
  const mayChange = can('adversarial-detection:update');
  return (
    <Screen
      title="Configuration"
      path={[home]}
      subtitle="For the whole workspace. Every version is kept, and who changed it."
      ready={answer.data !== undefined}
    >
      <Loaded answer={answer} waitsFor="the configuration">
        {(configuration) => (
          <>
            {mayChange ? (
              <ResponseForm key={configuration.version} configuration={configuration} />
            ) : (
              <ResponseFacts configuration={configuration} />
            )}
            <KindSection configuration={configuration} />
          </>
        )}
      </Loaded>
      <Signatures />
    </Screen>
  );
}

function LastChange({ configuration: { version, changedAt, changedBy } }: { configuration: Configuration }) {
  if (version === 0) return <p className="text-ink-3">These are the defaults: nobody has changed anything yet.</p>;
  return (
    <p className="text-ink-3">
      Version {version}, changed <RelativeTime at={changedAt} />
      {changedBy === null ? '' : ` by ${changedBy}`}.
    </p>
  );
}

function ResponseForm({ configuration }: { configuration: Configuration }) {
  const change = useChange(changeConfiguration, {
    invalidates: ['adversarial-detection'],
    onDone: ({ version }) => toast({ text: `Saved as version ${version}` }),
  });
  const { response } = configuration;
  return (
    <Section title="Response">
      <div className="max-w-160">
        <Form
          schema={Draft}
          initial={{
            ...response,
            blockFor: response.blockForMs / 1000,
            escalateAfter: response.escalateAfterMs / 1000,
            releasePolicy: response.autoRelease.policy,
            releaseAfter: response.autoRelease.afterMs / 1000,
            approvals: response.autoRelease.approvals,
          }}
          onSubmit={({ blockFor, escalateAfter, releasePolicy, releaseAfter, approvals, ...rest }) =>
            change.run({
              version: configuration.version,
              response: {
                ...rest,
                blockForMs: Math.round(blockFor * 1000),
                escalateAfterMs: Math.round(escalateAfter * 1000),
                autoRelease: { policy: releasePolicy, afterMs: Math.round(releaseAfter * 1000), approvals },
              },
            })
          }
          problem={change.problem}
          submit="Save the configuration"
        >
          <ResponseFields />
        </Form>
        <div className="mt-4">
          <LastChange configuration={configuration} />
        </div>
      </div>
    </Section>
  );
}

const severityChoices = severities.map((value) => ({ value, label: `${value} and worse` }));
function ResponseFields() {
  return (
    <>
      <div className="grid gap-4 tablet:grid-cols-2">
        <SelectField name="blockAtSeverity" label="Block from" choices={severityChoices} help="The input; from high on the client too." />
        <SelectField
          name="quarantineAtSeverity"
          label="Quarantine from"
          choices={severityChoices}
          help="What is compromised, never what is attacked."
        />
        <SelectField name="incidentAtSeverity" label="Open an incident from" choices={severityChoices} />
        <SelectField name="escalateAtSeverity" label="Escalate from" choices={severityChoices} />
        <TextField name="blockFor" label="Seconds a block lasts" type="number" />
        <TextField name="escalateAfter" label="Seconds until escalation" type="number" help="Unless somebody acknowledges it." />
        <SelectField
          name="releasePolicy"
          label="Release of a quarantine"
          choices={[
            { value: 'manual', label: 'by a person' },
            { value: 'after', label: 'after a time' },
            { value: 'when-clean', label: 'after a time, when clean' },
          ]}
        />
        <TextField name="releaseAfter" label="Seconds until release" type="number" />
        <TextField name="approvals" label="Approvals a release needs" type="number" />
        <SelectField
          name="failMode"
          label="When screening itself fails"
          choices={[
            { value: 'open', label: 'let it through, as unscreened' },
            { value: 'closed', label: 'refuse it' },
          ]}
        />
      </div>
      <CheckboxField name="simulate" label="Simulate" help="Everything is computed and stored, nothing is refused." />
    </>
  );
}

function ResponseFacts({ configuration }: { configuration: Configuration }) {
  const { response } = configuration;
  return (
    <Section title="Response" note="who may update threat detection can change it">
      <FieldList
        labelWidth={190}
        fields={[
          { label: 'Block from', value: response.blockAtSeverity },
          { label: 'Quarantine from', value: response.quarantineAtSeverity },
          { label: 'Incident from', value: response.incidentAtSeverity },
          { label: 'Escalate from', value: response.escalateAtSeverity },
          { label: 'A block lasts', value: `${formatNumber(response.blockForMs / 1000)} s` },
          { label: 'Escalation after', value: `${formatNumber(response.escalateAfterMs / 1000)} s` },
          { label: 'When screening fails', value: response.failMode === 'open' ? 'let through, as unscreened' : 'refuse' },
          { label: 'Simulate', value: response.simulate ? 'on' : 'off' },
        ]}
      />
      <div className="mt-4">
        <LastChange configuration={configuration} />
      </div>
    </Section>
  );
}

function KindSection({ configuration: { detectors } }: { configuration: Configuration }) {
  return (
    <Section title="Kinds" note="changed by PATCH /api/adversarial-detection/config">
      <FieldList
        labelWidth={190}
        fields={Object.entries(detectors).map(([kind, setting]) => ({
          label: kindWords[kind as keyof typeof kindWords],
          value: `${setting.enabled ? 'on' : 'off'}, asked rate ${rateText(setting.targetFalsePositiveRate)}${
            setting.disabledSignatures.length === 0 ? '' : `, without ${setting.disabledSignatures.join(', ')}`
          }`,
        }))}
      />
    </Section>
  );
}

function Signatures() {
  const answer = useEndpoint(listSignatures, {});
  return (
    <Section title="Signatures" note="from evidence to severity and technique; the worst that holds counts">
      <Loaded answer={answer} waitsFor="the signatures">
        {({ items }) => (
          <ul className="grid gap-3">
            {items.map((one) => (
              <li key={one.id} className="flex items-start gap-2 border-t border-line pt-2 first:border-t-0 first:pt-0">
                <span className="mt-1">
                  <SeverityShape severity={one.severity} />
                </span>
                <span className="min-w-0">
                  <span className="font-name">{one.title}</span> {!one.enabled && <Tag>off</Tag>}
                  <span className="block text-label break-words text-ink-2">
                    {kindWords[one.kind]} · {one.technique.join(', ')} · {one.when}
                  </span>
                  <span className="block text-label text-ink-2">found {formatNumber(one.detectedLast30Days)} times in 30 days</span>
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
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
