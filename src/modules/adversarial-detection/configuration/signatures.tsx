/** The table from evidence to severity and technique, with a switch for each line. */
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { plural } from '../../../ui/format.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { Section } from '../../../ui/section.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { type Configuration, changeConfiguration, listSignatures, type Signature } from '../contract.ts';
import { kindWords } from '../threat-words.tsx';

type Props = {
  configuration: Configuration | undefined;
  /** What is written in the form is of a version that a switch would leave behind. */
  isWritten: boolean;
};
export function Signatures({ configuration, isWritten }: Props) {
  const answer = useEndpoint(listSignatures, {}, { live: ['adversarial-detection.configuration-changed'] });
  return (
    <Section title="Signatures" note="from evidence to severity and technique; the worst that holds counts">
      <Loaded answer={answer} waitsFor="the signatures">
        {({ items }) => (
          <ul className="grid gap-3">
            {items.map((one) => (
              <OneSignature key={one.id} signature={one} configuration={configuration} isWritten={isWritten} />
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

function OneSignature({ signature, configuration, isWritten }: Props & { signature: Signature }) {
  const { kind, title, severity, technique, when, enabled, detectedLast30Days } = signature;
  const { can } = useSession();
  return (
    <li className="flex items-start gap-2 border-t border-line pt-2 first:border-t-0 first:pt-0">
      <span className="mt-1">
        <SeverityShape severity={severity} />
      </span>
      <span className="min-w-0 flex-1">
        <span className="font-name">{title}</span> {!enabled && <Tag>off</Tag>}
        <span className="block text-label break-words text-ink-2">
          {kindWords[kind]} · {technique.join(', ')} · {when}
        </span>
        <span className="block text-label text-ink-2">
          {detectedLast30Days === 0 ? 'not found' : `found ${plural(detectedLast30Days, 'time')}`} in 30 days
        </span>
      </span>
      {configuration !== undefined && can('adversarial-detection:update') && (
        <Switch signature={signature} configuration={configuration} isWritten={isWritten} />
      )}
    </li>
  );
}

type SwitchProps = { signature: Signature; configuration: Configuration; isWritten: boolean };
function Switch({ signature: { id, kind, title }, configuration: { version, detectors }, isWritten }: SwitchProps) {
  const { enabled, disabledSignatures } = detectors[kind];
  const isOff = disabledSignatures.includes(id);
  const change = useChange(changeConfiguration, {
    invalidates: ['adversarial-detection'],
    onDone: () => toast({ text: `${isOff ? 'Switched on' : 'Switched off'}: ${title}` }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  const next = isOff ? disabledSignatures.filter((other) => other !== id) : [...disabledSignatures, id];
  const refused = isWritten ? 'Save or drop what you wrote above first.' : enabled ? undefined : 'Its kind is off.';
  return (
    <Button
      size="small"
      aria-label={`${isOff ? 'Switch on' : 'Switch off'}: ${title}`}
      refused={refused}
      busy={change.isRunning && 'Switching…'}
      onClick={() => void change.run({ version, detectors: { [kind]: { disabledSignatures: next } } })}
    >
      {isOff ? 'Switch on' : 'Switch off'}
    </Button>
  );
}
