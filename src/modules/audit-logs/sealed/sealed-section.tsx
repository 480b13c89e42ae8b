/** Personal parts of an entry: sealed until somebody who may asks to see them, and for good once they were erased. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';

import type { OutputOf } from '../../../contract/endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { FieldList } from '../../../ui/field-list.tsx';
import { CodeBlock, InertText } from '../../../ui/inert-text.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { FullTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { type getAuditLog, type PersonalPart, readSealed } from '../contract.ts';

type Personal = OutputOf<typeof getAuditLog>['personal'];
const purposeWords = { request: 'Address and program', values: 'Words, names and addresses of the change' } as const;

export function SealedSection({ id, personal }: { id: string; personal: Personal }) {
  const mayOpen = useSession().can('audit-logs:read-sealed');
  const [isOpen, setOpen] = useState(false);
  if (personal.length === 0) return null;
  const erased = personal.filter(({ erasedAt }) => erasedAt !== null);
  const isAllErased = erased.length === personal.length;
  return (
    <Section
      title="Personal parts"
      note="Sealed beside the line; the proof does not need them"
      inset="peek"
      aside={
        mayOpen && !isOpen && !isAllErased ? (
          <Button kind="quiet" size="small" onClick={() => setOpen(true)}>
            Show
          </Button>
        ) : undefined
      }
    >
      {isOpen ? <OpenParts id={id} /> : <SealedParts personal={personal} mayOpen={mayOpen} isAllErased={isAllErased} />}
    </Section>
  );
}

function SealedParts({ personal, mayOpen, isAllErased }: { personal: Personal; mayOpen: boolean; isAllErased: boolean }) {
  return (
    <>
      <FieldList
        fields={personal.map(({ purpose, erasedAt }) => ({
          label: purposeWords[purpose],
          value: erasedAt === null ? 'sealed' : <ErasedOn at={erasedAt} />,
        }))}
      />
      {!isAllErased && (
        <p className="pt-2 text-ink-2">{mayOpen ? 'Showing them leaves an entry of its own.' : 'Your role may not open them.'}</p>
      )}
    </>
  );
}

function OpenParts({ id }: { id: string }) {
  const answer = useEndpoint(readSealed, { id });
  return (
    <Loaded answer={answer} lines={2} refusal="Your role may not open personal parts.">
      {({ parts }) => (
        <div className="grid gap-3">
          {parts.map((part) => (
            <Part key={part.purpose} part={part} />
          ))}
        </div>
      )}
    </Loaded>
  );
}

const stateWords = {
  gone: 'gone: it is not where it was kept, and its key was not destroyed',
  changed: 'changed: these are not the bytes the line names',
  unreadable: 'unreadable: sealed with another key of this installation',
} as const;

function Part({ part: { purpose, state, erasedAt, values } }: { part: PersonalPart }) {
  if (state === 'erased') return <FieldList fields={[{ label: purposeWords[purpose], value: <ErasedOn at={erasedAt} /> }]} />;
  if (state !== 'open') return <FieldList fields={[{ label: purposeWords[purpose], value: stateWords[state] }]} />;
  if (purpose === 'request') return <FieldList fields={requestFields(values)} />;
  return (
    <div>
      <p className="pb-1 text-label text-ink-3">{purposeWords.values}</p>
      <CodeBlock text={JSON.stringify(values, null, 2)} label={purposeWords.values} />
    </div>
  );
}

function requestFields(values: PersonalPart['values']) {
  const text = (name: string): string | null => {
    const value = typeof values === 'object' && values !== null && !Array.isArray(values) ? values[name] : null;
    return typeof value === 'string' ? value : null;
  };
  const program = text('userAgent');
  return [
    { label: 'Address', value: text('address'), reason: 'not known' },
    { label: 'Program', value: program === null ? null : <InertText text={program} limit={400} />, reason: 'not known' },
  ];
}

function ErasedOn({ at }: { at: string | null }) {
  return at === null ? (
    <>erased</>
  ) : (
    <>
      erased on <FullTime at={at} />
    </>
  );
}
