/** The newest finished look at a table for one kind of check: a later one that did not look for it hides nothing. */
import type { ReactNode } from 'react';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { TextLink } from '../../../ui/button.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { type Assessment, type AssessmentDetail, type CheckKind, getAssessment, listAssessments } from '../contract.ts';
import { assessmentPlace, rowsByColumns } from '../data-words.tsx';

const live = ['data-assessment.'];

export function useNewest(assetId: string, check: CheckKind) {
  return useEndpoint(listAssessments, { asset_id: assetId, check, state: 'done', limit: 1 }, { live });
}

type Props = { assetId: string; check: CheckKind; empty: ReactNode; children: (assessment: AssessmentDetail) => ReactNode };

export function NewestOfCheck({ assetId, check, empty, children }: Props) {
  const newest = useNewest(assetId, check);
  return (
    <Loaded answer={newest} waitsFor="the newest assessment" empty={empty}>
      {({ items }) => (items[0] === undefined ? null : <Detail assessment={items[0]}>{children}</Detail>)}
    </Loaded>
  );
}

function Detail({ assessment, children }: { assessment: Assessment; children: Props['children'] }) {
  const detail = useEndpoint(getAssessment, { id: assessment.id });
  return (
    <Loaded answer={detail} waitsFor="the newest assessment">
      {(known) => (
        <>
          <p className="px-4 pt-3 text-ink-2 tablet:px-6">
            <TextLink to={assessmentPlace(known.id)}>Looked at</TextLink> <RelativeTime at={known.finishedAt ?? known.createdAt} />:{' '}
            {rowsByColumns(known)}, {known.environment}
          </p>
          {children(known)}
        </>
      )}
    </Loaded>
  );
}
