/** Beside a finding: who owns it, deciding about it, its facts, and the command that repeats it. */
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { CopyButton, copyText } from '../../../ui/copy-button.tsx';
import { FieldList } from '../../../ui/field-list.tsx';
import { CodeBlock, InertText } from '../../../ui/inert-text.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { Section } from '../../../ui/section.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { liftSuppression, restoreSuppression, type Scan, type StoredFinding } from '../contract.ts';
import { SuppressDialog, touchedBySuppression } from '../suppressions/suppress-dialog.tsx';

type RailProps = { finding: StoredFinding; scan: Scan };

export function FindingRail({ finding, scan }: RailProps) {
  return (
    <>
      <Section title="Who owns it" inset="rail">
        {finding.assetId === null ? (
          <p className="text-ink-2">No asset owns this file.</p>
        ) : (
          <ul className="grid gap-2">
            <li>
              <TextLink to={`/ai-assets/${finding.assetId}`}>Open the asset</TextLink>
            </li>
            <li>
              <TextLink to={`/vulnerabilities?asset_id=${finding.assetId}`}>Its vulnerabilities</TextLink>
            </li>
            <li>
              <TextLink to={`/ai-assets/${finding.assetId}/bom`}>Its bill of materials</TextLink>
            </li>
          </ul>
        )}
      </Section>
      <Decision finding={finding} />
      <Section title="Facts" inset="rail">
        <FieldList labelWidth={84} fields={factsOf(finding, scan)} />
      </Section>
      <Repeat scan={scan} />
    </>
  );
}

/** The command that says the same in a pipeline; a store or an upload is not there by that name. */
function Repeat({ scan }: { scan: Scan }) {
  if (!('path' in scan.source)) return null;
  const name = scan.path.split('/').at(-1) || scan.path;
  const command = `ai-spm scan ${/^[\w./-]+$/.test(name) ? name : JSON.stringify(name)}`;
  return (
    <Section title="In CI" inset="rail" aside={<CopyButton text={command} label="Copy the command" />}>
      <CodeBlock text={`${command}\nexit 1: ${scan.verdict ?? 'unknown'}`} label="Command" />
    </Section>
  );
}

function Decision({ finding }: { finding: StoredFinding }) {
  const { can } = useSession();
  const [isOpen, setOpen] = useState(false);
  const restore = useChange(restoreSuppression, { invalidates: touchedBySuppression });
  const { suppression } = finding;
  const lift = useChange(liftSuppression, {
    invalidates: touchedBySuppression,
    onDone: ({ id }) => toast({ text: 'The suppression was lifted', undo: () => void restore.run({ id }) }),
  });
  const mayDecide = can('vulnerabilities:create');
  return (
    <Section title="Decision" inset="rail">
      {suppression === null ? (
        <p className="mb-2 text-ink-2">{mayDecide ? 'It counts.' : 'It counts. An analyst, CISO or admin can suppress it.'}</p>
      ) : (
        <p className="mb-2">
          Suppressed until {suppression.expires} by {suppression.owner}: <InertText text={suppression.reason} limit={600} />
        </p>
      )}
      <div className="grid gap-2">
        {mayDecide &&
          (suppression === null ? (
            <Button wide onClick={() => setOpen(true)}>
              Suppress…
            </Button>
          ) : (
            <Button wide icon={Undo2} busy={lift.isRunning && 'Lifting…'} onClick={() => void lift.run({ id: suppression.id })}>
              Lift the suppression
            </Button>
          ))}
        <Button wide kind="quiet" onClick={() => void copyJson(finding)}>
          Copy as JSON
        </Button>
      </div>
      {lift.problem !== null && <ProblemNote error={lift.problem} />}
      {isOpen && <SuppressDialog finding={finding} onClose={() => setOpen(false)} />}
    </Section>
  );
}

async function copyJson(finding: StoredFinding): Promise<void> {
  const copied = await copyText(JSON.stringify(finding, null, 2));
  toast({ text: copied ? 'Copied the finding as JSON' : 'The browser refused to copy' });
}

function factsOf(finding: StoredFinding, scan: Scan): Parameters<typeof FieldList>[0]['fields'] {
  const { where, effect, certainty, path, fingerprint } = finding;
  return [
    ...(effect === undefined ? [] : [{ label: 'Effect', value: `${effect}, ${certainty}` }]),
    {
      label: 'File',
      value: <InertText className="mono text-code break-all" text={path === '' ? (scan.path.split('/').at(-1) ?? '') : path} />,
    },
    {
      label: 'Byte',
      value: where.offset === null ? null : <span className="mono text-code">0x{where.offset.toString(16)}</span>,
      reason: 'the place has no byte',
    },
    ...(where.line === undefined ? [] : [{ label: 'Line', value: where.line }]),
    ...(where.opcodeIndex === undefined ? [] : [{ label: 'Opcode', value: where.opcodeIndex }]),
    { label: 'Rule', value: <TextLink to={`/model-scanner/rules?q=${finding.ruleId}`}>{finding.ruleId}</TextLink> },
    { label: 'Rules', value: <span className="mono text-code">{scan.rulesVersion}</span> },
    {
      label: 'Fingerprint',
      value: (
        <span className="inline-flex items-center gap-1">
          <span className="mono text-code">{fingerprint.slice(0, 12)}…</span>
          <CopyButton text={fingerprint} label="Copy the fingerprint" />
        </span>
      ),
    },
  ];
}
