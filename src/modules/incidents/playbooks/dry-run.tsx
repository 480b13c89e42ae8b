/** Which alerts of the last week a playbook would have answered, and with what. */
import type { OutputOf } from '../../../contract/endpoint.ts';
import { TextLink } from '../../../ui/button.tsx';
import { formatNumber, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import type { dryRunPlaybook } from '../contract.ts';

export function DryRun({ result }: { result: OutputOf<typeof dryRunPlaybook> }) {
  const { examined, truncated, matched } = result;
  return (
    <Section title="Last week" note={`${plural(examined, 'alert')} looked at${truncated ? ', there are more' : ''}`}>
      <p role="status" className="text-ink-2">
        {examined === 0
          ? 'No alert came last week: nothing could be tried.'
          : matched.length === 0
            ? 'It would have answered none of them.'
            : `It would have answered ${formatNumber(matched.length)} of them.`}
      </p>
      {matched.length > 0 && (
        <ul>
          {matched.map((row) => (
            <li key={row.alertId} className="border-b border-line py-2 last:border-b-0">
              <div className="flex items-center gap-2">
                <SeverityShape severity={row.severity} />
                <span className="min-w-0 flex-1">
                  <TextLink to={`/security-alerts?peek=${row.alertId}&state=new,acknowledged,closed`}>{inertLine(row.title)}</TextLink>
                </span>
                <span className="text-ink-3">
                  <RelativeTime at={row.at} form="age" />
                </span>
              </div>
              <ol className="mt-1 grid gap-0.5 text-ink-2">
                {row.steps.map((step, at) => (
                  <li key={`${row.alertId} ${at.toString()}`} className="flex gap-2">
                    <span className="w-4 flex-none text-right tabular-nums">{at + 1}</span>
                    <span className="min-w-0 break-words">
                      {inertLine(step.says)}
                      {step.needsApproval && ' (after approval)'}
                      {step.problem !== null && <span className="text-high-ink"> {step.problem}</span>}
                    </span>
                  </li>
                ))}
              </ol>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
