/** The newest threats, live. */
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { TextLink } from '../../../ui/button.tsx';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { AssetName, subjectOf } from '../asset-name.tsx';
import { listDetections } from '../contract.ts';
import { kindWords, pText } from '../threat-words.tsx';

/** @param wasLookedAt whether anything was analysed or screened in the time shown beside it. */
export function LatestThreats({ wasLookedAt }: { wasLookedAt: boolean }) {
  const answer = useEndpoint(listDetections, { decision: 'threat', limit: 8 }, { live: ['adversarial-detection.detected'] });
  return (
    <Section title="Latest threats" aside={<TextLink to="/adversarial-detection/detections">All detections</TextLink>}>
      <Loaded
        answer={answer}
        waitsFor="the threats"
        empty={
          wasLookedAt ? (
            <EmptyNote kind="all-clear" title="No threat was found">
              Only what was analysed or screened can be found.
            </EmptyNote>
          ) : (
            <EmptyNote title="Unknown: nothing was looked at">
              Nothing was analysed or screened in this time, so nothing could be found.
            </EmptyNote>
          )
        }
        isEmpty={({ items }) => items.length === 0}
      >
        {({ items }) => (
          <ul className="grid gap-2">
            {items.map((one) => (
              <li key={one.id} className="flex items-start gap-2">
                <span className="mt-1">{one.severity !== null && <SeverityShape severity={one.severity} />}</span>
                <span className="min-w-0">
                  <TextLink to={`/adversarial-detection/detections/${one.id}`}>
                    {kindWords[one.kind]}: <AssetName assetId={one.subject.assetId} otherwise={subjectOf(one.subject)} />
                  </TextLink>
                  <span className="block truncate text-label text-ink-2">
                    {one.subject.clientId === undefined ? 'no client named' : `client ${one.subject.clientId}`} · p {pText(one.pValue)} ·{' '}
                    <RelativeTime at={one.createdAt} />
                  </span>
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}
