/** Words and marks of rounds that several views use. */
import { Badge } from '../../ui/tag.tsx';
import type { ClientVerdict, Round } from './contract.ts';

export const ruleWords: Readonly<Record<Round['rule'], string>> = {
  median: 'coordinate median',
  'trimmed-mean': 'trimmed mean',
  krum: 'Krum',
  'multi-krum': 'Multi-Krum',
  bulyan: 'Bulyan',
  'norm-clip': 'norm-clipped mean',
  fltrust: 'FLTrust',
};
export const stateWords: Readonly<Record<Round['state'], string>> = { open: 'Open', undecided: 'Undecided', closed: 'Closed' };
export const decisionWords: Readonly<Record<NonNullable<Round['decision']>, string>> = {
  threat: 'Attack',
  'no-threat': 'No attack found',
  'insufficient-evidence': 'Cannot be decided',
};
export const verdictWords: Readonly<Record<ClientVerdict, string>> = { accepted: 'Accepted', suspect: 'Suspect', excluded: 'Excluded' };
export const checkWords: Readonly<Record<string, string>> = {
  finite: 'finite numbers',
  shape: 'shape',
  norm: 'length',
  direction: 'direction',
  collusion: 'collusion',
  concentration: 'concentration',
  'free-rider': 'free rider',
  'sign-agreement': 'sign agreement',
  history: 'history',
};

export function DecisionBadge({ round: { decision, state } }: { round: Pick<Round, 'decision' | 'state'> }) {
  if (decision === null) return <Badge tone="accent">{stateWords[state]}</Badge>;
  return <Badge tone={decision === 'threat' ? 'high' : decision === 'no-threat' ? 'ok' : 'unknown'}>{decisionWords[decision]}</Badge>;
}

export function VerdictBadge({ verdict }: { verdict: ClientVerdict | null }) {
  if (verdict === null) return <span className="text-ink-3">not judged</span>;
  return <Badge tone={verdict === 'excluded' ? 'high' : verdict === 'suspect' ? 'medium' : 'ok'}>{verdictWords[verdict]}</Badge>;
}
