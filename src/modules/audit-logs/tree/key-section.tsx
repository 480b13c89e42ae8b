/** Keys that signed the log, oldest first, and how one followed the other. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { EmptyNote, Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { FullTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { listKeys, rotateKey, type SigningKeyAnswer } from '../contract.ts';

export function KeySection() {
  const keys = useEndpoint(listKeys, {});
  const mayReplace = useSession().can('audit-logs:administer');
  const [isAsking, setAsking] = useState(false);
  const replace = useChange(rotateKey, { onDone: () => setAsking(false) });
  return (
    <Section
      title="Keys"
      note="Keep the first one where this platform cannot change it"
      aside={mayReplace ? <Button onClick={() => setAsking(true)}>Replace the key</Button> : undefined}
    >
      <Loaded
        answer={keys}
        lines={2}
        waitsFor="the keys"
        isEmpty={(data) => data.keys.length === 0}
        empty={<EmptyNote title="No key yet">It is made with the first checkpoint.</EmptyNote>}
      >
        {(data) => (
          <ul className="divide-y divide-line border-y border-line">
            {data.keys.map((key) => (
              <Key key={key.keyId} signer={key} />
            ))}
          </ul>
        )}
      </Loaded>
      {replace.problem !== null && <ProblemNote error={replace.problem} />}
      <Confirm
        open={isAsking}
        onClose={() => setAsking(false)}
        title="Replace the signing key?"
        effect="Old and new key sign that one follows the other, so whoever keeps the old one can trust the new one. The old private key is removed."
        verb="Replace the key"
        busy={replace.isRunning && 'Replacing…'}
        onConfirm={() => void replace.run({})}
      />
    </Section>
  );
}

function Key({ signer: { keyId, publicKey, validFrom, validTo, replaces, rotation } }: { signer: SigningKeyAnswer }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2">
      <span className="mono font-name">{keyId}</span>
      <Badge tone={validTo === null ? 'ok' : 'info'}>{validTo === null ? 'Signs now' : 'Ended'}</Badge>
      {replaces !== null && (
        <Badge tone={rotation === null ? 'high' : 'info'}>{rotation === null ? `${replaces} was lost` : `Signed for by ${replaces}`}</Badge>
      )}
      <span className="mono min-w-0 truncate text-mark text-ink-2">{publicKey}</span>
      <CopyButton text={publicKey} label="Copy the public key" />
      <span className="text-ink-2">
        from <FullTime at={validFrom} />
        {validTo !== null && (
          <>
            {' '}
            to <FullTime at={validTo} />
          </>
        )}
      </span>
    </li>
  );
}
