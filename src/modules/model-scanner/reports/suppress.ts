/**
 * Findings that somebody decided to live with: who, why and until when. Pure; used by the command line and by the product alike.
 * A suppression never changes what a scan says about a file: it only takes a finding out of the gate, and every report still shows it as suppressed.
 */
import type { Where } from '../../../contract/finding.ts';
import type { Verdict } from '../../../contract/severity.ts';
import type { ScanFinding, ScanResult } from '../contract.ts';
import { verdictOf, worstVerdict } from '../engine/verdict.ts';

/** Either `fingerprint` alone, or `rule` and `path` together; the other fields are null. */
export type Suppression = {
  /** 64 hexadecimal digits: this very finding, also when its file moves. */
  readonly fingerprint: string | null;
  readonly rule: string | null;
  /** Relative to the scanned path, with '/': `*` stands for anything in one folder, `**` for any folders. May go on inside a container after '!'. */
  readonly path: string | null;
  readonly reason: string;
  readonly owner: string;
  /** Last day on which it holds, `YYYY-MM-DD` in UTC; null: until somebody ends it. */
  readonly expires: string | null;
};

/** What a suppression is matched against. */
export type Suppressible = {
  readonly ruleId: string;
  readonly fingerprint: string;
  readonly path: string;
  readonly where: Pick<Where, 'containerPath'>;
};

export type Suppressed<F extends Suppressible, S extends Suppression = Suppression> = {
  /** Findings that count, in their order. */
  readonly standing: readonly F[];
  /** Findings that do not count, each with the first suppression that holds it. */
  readonly held: readonly { readonly finding: F; readonly suppression: S }[];
  /** Suppressions past their last day: they hold nothing, and somebody should decide again. */
  readonly expired: readonly S[];
  /** Suppressions in force that matched no finding: candidates for removal. */
  readonly unused: readonly S[];
};

/**
 * Splits findings into those that count and those that are suppressed.
 *
 * @param today decides what is expired; a suppression holds to the end of its last day (UTC).
 * Pure; O(findings) for suppressions by fingerprint, O(findings × n) for the n suppressions by rule and path.
 */
export function applySuppressions<F extends Suppressible, S extends Suppression>(
  findings: readonly F[],
  suppressions: readonly S[],
  today: Date,
): Suppressed<F, S> {
  const expired = suppressions.filter((suppression) => isExpired(suppression, today));
  const inForce = suppressions.filter((suppression) => !isExpired(suppression, today));
  const byFingerprint = new Map<string, S>();
  for (const suppression of inForce)
    if (suppression.fingerprint !== null && !byFingerprint.has(suppression.fingerprint))
      byFingerprint.set(suppression.fingerprint, suppression);
  const byPlace = inForce.filter(({ rule, path }) => rule !== null && path !== null);
  const used = new Set<S>();
  const standing: F[] = [];
  const held: { finding: F; suppression: S }[] = [];
  for (const finding of findings) {
    const suppression = byFingerprint.get(finding.fingerprint) ?? byPlace.find((candidate) => isAbout(candidate, finding));
    if (suppression === undefined) standing.push(finding);
    else {
      used.add(suppression);
      held.push({ finding, suppression });
    }
  }
  return { standing, held, expired, unused: inForce.filter((suppression) => !used.has(suppression)) };
}

/** True when the last day of the suppression lies before `today`. A date that is none never holds. */
export function isExpired({ expires }: Pick<Suppression, 'expires'>, today: Date): boolean {
  if (expires === null) return false;
  const end = Date.parse(`${expires}T23:59:59.999Z`);
  return !(end >= today.getTime());
}

function isAbout({ rule, path }: Suppression, { ruleId, path: filePath, where }: Suppressible): boolean {
  if (rule !== ruleId || path === null) return false;
  if (matchesPath(path, filePath)) return true;
  const inner = where.containerPath.slice(1);
  return inner.length > 0 && matchesPath(path, [filePath, ...inner].join('!'));
}

/**
 * `models/*.pkl`, `vendor/**`, `tokenizer.json` under `**` and a slash: `*` is anything but '/', `**` anything at all, `**` with its slash any folders or none.
 * Every other character is itself. Time is at most pattern length × path length.
 */
export function matchesPath(pattern: string, path: string): boolean {
  const tokens = pattern.match(/\*\*\/|\*\*|\*|[^*]/gsu) ?? [];
  let reached = enter(new Set(), tokens, 0);
  for (const character of path) {
    const next = new Set<number>();
    for (const at of reached) {
      const token = tokens[at];
      if (token === '**/') {
        next.add(at);
        if (character === '/') enter(next, tokens, at + 1);
      } else if (token === '**' || (token === '*' && character !== '/')) enter(next, tokens, at);
      else if (token === character) enter(next, tokens, at + 1);
    }
    reached = next;
  }
  return reached.has(tokens.length);
}

/** Wild cards may stand for nothing: the token after one is reached with it. */
function enter(reached: Set<number>, tokens: readonly string[], from: number): Set<number> {
  let at = from;
  reached.add(at);
  while (tokens[at] === '*' || tokens[at] === '**' || tokens[at] === '**/') {
    at += 1;
    reached.add(at);
  }
  return reached;
}

/** The part of a scan that gates look at. */
export type Gated<F = ScanFinding> = {
  readonly verdict: Verdict;
  readonly findings: readonly F[];
  readonly unread: ScanResult['unread'];
  readonly files: readonly { readonly path: string; readonly verdict: Verdict | null }[];
};

/**
 * The verdicts that are left when only `standing` findings count. What was not read stays not read: a suppression cannot make a file complete.
 * @returns the same files with the verdict a gate should use, and the verdict of the whole.
 */
export function gateOf(result: Gated, standing: readonly ScanFinding[]): Gated {
  const kept = new Set(standing);
  const heldPaths = new Set(result.findings.filter((finding) => !kept.has(finding)).map(({ path }) => path));
  const standingOf = byPath(standing);
  const unreadOf = byPath(result.unread);
  const files = result.files.map((file) => {
    if (!heldPaths.has(file.path) || file.verdict === null) return file;
    const verdict = verdictOf(standingOf.get(file.path) ?? [], unreadOf.get(file.path) ?? [], file.verdict !== 'unsupported');
    return { ...file, verdict };
  });
  const known = new Set(files.map(({ path }) => path));
  const beyond = result.unread.some(({ path }) => !known.has(path)) ? (['incomplete'] as const) : [];
  const verdict = heldPaths.size === 0 ? result.verdict : worstVerdict([...files.flatMap((file) => file.verdict ?? []), ...beyond]);
  return { verdict, files, findings: standing, unread: result.unread };
}

function byPath<T extends { readonly path: string }>(items: readonly T[]): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const known = groups.get(item.path);
    if (known) known.push(item);
    else groups.set(item.path, [item]);
  }
  return groups;
}
