/** Which role pasted claims would get, and why; nothing is changed and nobody is signed in. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import type { Role } from '../../../contract/permission.ts';
import { Button } from '../../../ui/button.tsx';
import { TextBox } from '../../../ui/controls.tsx';
import { InertText } from '../../../ui/inert-text.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { useFocusKept } from '../account/use-focus-kept.tsx';
import { type Claims, previewRole, type RoleDecision, type RoleRule } from '../contract.ts';
import { roleWord } from '../people/role-words.tsx';

const example = '{ "groups": ["staff", "ai-security"] }';

function claimsOf(text: string): Claims | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

type PreviewProps = { rules: readonly RoleRule[]; defaultRole: Role | null; ready: boolean };
export function RolePreview({ rules, defaultRole, ready }: PreviewProps) {
  const [text, setText] = useState(example);
  const [decision, setDecision] = useState<RoleDecision | null>(null);
  const preview = useChange(previewRole, { invalidates: [], onDone: setDecision });
  const claims = claimsOf(text);
  const focus = useFocusKept();
  const show = () => {
    if (claims === null) return;
    focus.keep();
    void preview.run({ roleRules: [...rules], defaultRole, claims });
  };
  return (
    <div className="max-w-200 border-t border-line pt-3">
      <h3 className="pb-2 font-strong">Try the rules</h3>
      <TextBox
        label="Claims, as JSON"
        value={text}
        onChange={setText}
        rows={4}
        help="A test sign-in shows the claims of your own account. The rules above are tried as they stand, saved or not."
      />
      <div className="mt-2">
        <Button
          ref={focus.ref}
          busy={preview.isRunning && 'Trying…'}
          refused={claims === null ? 'These claims are no JSON object' : ready ? undefined : 'Each rule needs a claim and a value'}
          onClick={show}
        >
          Show the role
        </Button>
      </div>
      {preview.problem !== null && <ProblemNote error={preview.problem} />}
      {decision !== null && preview.problem === null && <Decision decision={decision} />}
    </div>
  );
}

function Decision({ decision: { role, why, rules } }: { decision: RoleDecision }) {
  return (
    <div role="status" className="mt-3">
      <p className="flex items-center gap-2 text-row font-row">
        <Shape name={role === null ? 'false-positive' : 'ok'} tone={role === null ? 'ink-2' : 'ok'} />
        {role === null ? 'Refused' : roleWord(role)}
      </p>
      <p className="mt-0.5 text-ink-2">
        <InertText text={why} />
      </p>
      <ol className="mt-2 grid gap-1">
        {rules.map((rule, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rules of one answer never reorder
          <li key={place} className="flex gap-2">
            <span className="mt-0.5">
              <Shape name={rule.fits ? 'ok' : 'open'} tone={rule.decides ? 'ok' : 'ink-3'} />
            </span>
            <span className={rule.decides ? '' : 'text-ink-2'}>
              Rule {place + 1} {rule.decides ? 'decides' : rule.fits ? 'fits, but an earlier one decides' : 'does not fit'}:{' '}
              <InertText text={rule.why} />
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
