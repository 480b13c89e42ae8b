/** Rules from claims to roles, in order, and a preview that changes nothing. */
import { ArrowUp, Plus, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import type { Role } from '../../../contract/permission.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { CheckLine, Choice, TextLine } from '../../../ui/controls.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeSignInProvider, RoleRule, type SignInProvider } from '../contract.ts';
import { roleChoices } from '../people/role-words.tsx';
import { RolePreview } from './role-preview.tsx';

type Draft = RoleRule & { readonly key: number };
let keys = 0;
const keyed = (rule: RoleRule): Draft => {
  keys += 1;
  return { ...rule, key: keys };
};
const refusal = 'refuse';
const defaultChoices = [{ value: refusal, label: 'No role: sign-in is refused' }, ...roleChoices];
const operators = [
  { value: 'is', label: 'holds exactly' },
  { value: 'starts-with', label: 'begins with' },
  { value: 'ends-with', label: 'ends with' },
];

export function RoleRules({ provider, mayChange }: { provider: SignInProvider; mayChange: boolean }) {
  const { id, version, policy } = provider;
  const [rules, setRules] = useState<readonly Draft[]>(() => policy.roleRules.map(keyed));
  const [defaultRole, setDefaultRole] = useState<Role | null>(policy.defaultRole);
  const [managesRoles, setManages] = useState(policy.managesRoles);
  const change = useChange(changeSignInProvider, { onDone: () => toast({ text: 'Saved the rules' }) });
  const roleRules = rules.map(({ key: _key, ...rule }) => rule);
  const unready = roleRules.some((rule) => !RoleRule.safeParse(rule).success);
  const save = () => change.run({ id, version, policy: { ...policy, roleRules, defaultRole, managesRoles } });
  return (
    <div className="grid gap-4">
      <fieldset disabled={!mayChange} className="grid max-w-200 gap-3">
        <RuleList rules={rules} onChange={setRules} mayChange={mayChange} />
        <div className="max-w-90">
          <Choice
            label="When no rule fits"
            value={defaultRole ?? refusal}
            choices={defaultChoices}
            onChange={(value) => setDefaultRole(roleChoices.find((one) => one.value === value)?.value ?? null)}
          />
        </div>
        <CheckLine checked={managesRoles} onChange={setManages}>
          <span>
            Decide the role anew at each sign-in
            <span className="block text-label text-ink-3">
              Roles given here by hand are then lost at the next sign-in. The last admin stays admin in any case. Off: the rules count for
              new people only.
            </span>
          </span>
        </CheckLine>
        {change.problem !== null && <ProblemNote error={change.problem} />}
        {mayChange && (
          <div>
            <Button
              data-saves
              busy={change.isRunning && 'Saving…'}
              refused={unready ? 'Each rule needs a claim and a value' : undefined}
              onClick={() => void save()}
            >
              Save the rules
            </Button>
          </div>
        )}
      </fieldset>
      <RolePreview rules={roleRules} defaultRole={defaultRole} ready={!unready} />
    </div>
  );
}

type RuleListProps = { rules: readonly Draft[]; onChange: (rules: readonly Draft[]) => void; mayChange: boolean };
function RuleList({ rules, onChange, mayChange }: RuleListProps) {
  const set = (key: number, part: Partial<RoleRule>) => onChange(rules.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const focus = useFocusInList();
  const add = () => {
    focus.next('li:last-child input');
    onChange([...rules, keyed({ claim: 'groups', operator: 'is', value: '', role: 'engineer' })]);
  };
  const rise = (place: number) => {
    // The first one's own button rests.
    focus.next(place === 1 ? 'li:first-child [data-removes]' : `li:nth-child(${place}) [data-rises]`);
    onChange(movedUp(rules, place));
  };
  const remove = (rule: Draft, place: number) => {
    focus.next(`li:nth-child(${Math.min(place + 1, rules.length - 1)}) [data-removes]`);
    onChange(rules.filter((one) => one.key !== rule.key));
  };
  return (
    <>
      <ol ref={focus.list} className="grid gap-3">
        {rules.map((rule, place) => (
          <RuleLine
            key={rule.key}
            rule={rule}
            place={place}
            onChange={(part) => set(rule.key, part)}
            onUp={() => rise(place)}
            onRemove={() => remove(rule, place)}
          />
        ))}
      </ol>
      {mayChange && (
        <div>
          <Button ref={focus.otherwise} icon={Plus} size="small" onClick={add}>
            Add a rule
          </Button>
        </div>
      )}
    </>
  );
}

/** After a rule came, went or moved, the keyboard goes on at it, or at its neighbour; at `otherwise` where none is left. */
function useFocusInList() {
  const list = useRef<HTMLOListElement>(null);
  const otherwise = useRef<HTMLButtonElement>(null);
  const wanted = useRef<string | null>(null);
  useEffect(() => {
    if (wanted.current === null) return;
    (list.current?.querySelector<HTMLElement>(wanted.current) ?? otherwise.current)?.focus();
    wanted.current = null;
  });
  return {
    list,
    otherwise,
    next: (selector: string) => {
      wanted.current = selector;
    },
  };
}

function movedUp(rules: readonly Draft[], place: number): Draft[] {
  const [one] = rules.slice(place, place + 1);
  if (one === undefined || place === 0) return [...rules];
  const rest = rules.filter((_rule, at) => at !== place);
  return [...rest.slice(0, place - 1), one, ...rest.slice(place - 1)];
}

type RuleLineProps = {
  rule: Draft;
  place: number;
  onChange: (part: Partial<RoleRule>) => void;
  onUp: () => void;
  onRemove: () => void;
};
function RuleLine({ rule, place, onChange, onUp, onRemove }: RuleLineProps) {
  const words = `rule ${place + 1}`;
  return (
    <li className="grid gap-2 border-l-2 border-line pl-3 tablet:grid-cols-[1fr_9rem_1fr_11rem_auto] tablet:items-start">
      <TextLine label="If the claim" value={rule.claim} onChange={(claim) => onChange({ claim })} />
      <Choice
        label="compares"
        value={rule.operator}
        choices={operators}
        onChange={(value) => onChange({ operator: RoleRule.shape.operator.parse(value) })}
      />
      <TextLine label="this value" value={rule.value} onChange={(value) => onChange({ value })} />
      <Choice
        label="the role is"
        value={rule.role}
        choices={roleChoices}
        onChange={(value) => onChange({ role: RoleRule.shape.role.parse(value) })}
      />
      <span className="flex gap-1 tablet:pt-6.5">
        <IconButton data-rises icon={ArrowUp} label={`Move ${words} up`} disabled={place === 0} onClick={onUp} />
        <IconButton data-removes icon={Trash2} label={`Remove ${words}`} onClick={onRemove} />
      </span>
    </li>
  );
}
