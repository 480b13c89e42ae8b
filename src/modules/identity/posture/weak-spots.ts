/** Weak spots among people and keys: what each check looks for, how grave it is, and what mends it. */

import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import type { Page } from '../../../contract/page.ts';
import { demandsOfRoles } from '../factors/policy.ts';
import { type listPeopleFindings, type PeopleFinding, type PeoplePosture, type WeakSpot, weakSpots } from './posture-contract.ts';
import { countWeakSpots, type Measure, pageOfWeakSpots, type WeakSpotRow } from './posture-store.ts';

/**
 * Days without any sign of life after which an account is dormant.
 * @source CIS Controls 8.1, safeguard 5.3: dormant accounts are deleted or disabled after 45 days of inactivity.
 */
export const dormantDays = 45;

const words: Readonly<Record<WeakSpot, { readonly title: string; readonly remedy: string }>> = {
  'no-second-factor': {
    title: 'No second factor',
    remedy: 'Whoever learns the password is in. They set up an app or a passkey on their account page; the policy of a role can demand it.',
  },
  'admin-without-passkey': {
    title: 'Admin without passkey',
    remedy: 'Codes can be asked for by a false page, passkeys and security keys cannot. They add one on their account page.',
  },
  'key-without-expiry': {
    title: 'API key that never expires',
    remedy: 'Make a new key that expires, change the program over, and revoke this one.',
  },
  'dormant-account': {
    title: 'Account that nobody uses',
    remedy: 'Lock it. Unlocking gives everything back.',
  },
};

/** What depends on the policies of the workspace. In a transaction of it. */
async function measure(): Promise<Measure> {
  return { demands: await demandsOfRoles(), dormantDays };
}

export async function findings({ check, ...paging }: ParsedInputOf<typeof listPeopleFindings>): Promise<Page<PeopleFinding>> {
  return pageOfWeakSpots(await measure(), { checks: check, ...paging }, findingOf);
}

export async function posture(): Promise<PeoplePosture> {
  const { people, keys, counts } = await countWeakSpots(await measure());
  const checks = weakSpots.map((check) => {
    const { count, worst } = counts.get(check) ?? { count: 0, worst: null };
    return { check, ...words[check], count, worst };
  });
  return { people, keys, checks };
}

function findingOf(row: WeakSpotRow): PeopleFinding {
  const { id, check, severity, since, dueAt, keyId, keyName, keyPublicId } = row;
  return {
    id,
    check,
    severity,
    title: words[check].title,
    why: whyOf(row),
    since: since.toISOString(),
    dueAt: dueAt?.toISOString() ?? null,
    person: { id: row.personId, name: row.personName, email: row.email, role: row.role },
    key: keyId === null ? null : { id: keyId, name: keyName ?? '', publicId: keyPublicId ?? '' },
  };
}

type Grounds = Pick<WeakSpotRow, 'check' | 'dueAt' | 'severity' | 'wasUsed'>;
/** What was found, in a sentence. Pure. */
function whyOf({ check, dueAt, severity, wasUsed }: Grounds): string {
  if (check === 'key-without-expiry')
    return severity === 'low'
      ? 'It reads, and works until somebody revokes it.'
      : 'It changes things, and works until somebody revokes it.';
  if (check === 'admin-without-passkey') return 'Signs in by what a false page can ask for, and may do everything here.';
  if (check === 'dormant-account')
    return wasUsed
      ? `No sign-in and no key used for ${dormantDays} days.`
      : `Nobody signed in since it was made, ${dormantDays} days ago or more.`;
  if (dueAt === null) return 'The password alone signs in.';
  if (severity !== 'high') return 'The role must have one soon. Until then the password alone signs in.';
  return 'The time the role gives for it is over: sign-in admits only to setting one up.';
}
