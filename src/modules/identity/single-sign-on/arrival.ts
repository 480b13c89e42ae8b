/** What a provider said about somebody, whatever its protocol: verified, bounded, and nothing decided yet. */
import { z } from 'zod';
import type { Walk } from './checks.ts';
import { Claims, type ProviderPolicy, type ProviderSettings, singleSignOnProblems } from './provider-contract.ts';
import type { Provider } from './provider-store.ts';

const Written = z.string().max(1024).nullable();
export const Arrival = z.object({
  subject: z.string().min(1).max(1024),
  email: z.string().max(254).nullable(),
  emailVerified: z.boolean(),
  name: z.string().max(500).nullable(),
  claims: Claims,
  /** Values of amr and acr; SAML: the authentication context. */
  contexts: z.array(z.string().max(500)).max(50),
  providerSession: z.string().max(500).nullable(),
  /** SAML: how the id was written. Single logout repeats it to the letter, or the provider does not know whom we mean. */
  subjectForm: z.object({ format: Written, nameQualifier: Written, spNameQualifier: Written }).nullable().default(null),
  /** When the person last proved there who they are, where the provider says so. */
  provedAt: z.iso.datetime().nullable(),
});
export type Arrival = z.output<typeof Arrival>;

const mostClaimCharacters = 100_000;
const EmailAddress = z.email().max(254);

/** @throws identity.providerAnswer when no id is there, or what was said is larger than anything sensible */
export function checkedArrival(said: z.input<typeof Arrival>, walk: Walk): Arrival {
  walk.at('subject');
  if (said.subject.trim() === '') throw walk.refused('The answer names no id of the person.');
  if (JSON.stringify(said.claims).length > mostClaimCharacters)
    throw walk.refused(`The claims are longer than ${mostClaimCharacters} characters: let the provider send fewer groups.`);
  const parsed = Arrival.safeParse(said);
  if (!parsed.success) throw walk.refused(`The answer has parts that are too long: ${parsed.error.issues[0]?.path.join('.') ?? ''}.`);
  walk.note(`The id is “${parsed.data.subject}”.`);
  return parsed.data;
}

/**
 * The address under which the person is known here; only one the provider verified counts.
 * An address nobody verified could be somebody else's: it finds no account and makes none.
 */
export function countingEmail({ email, emailVerified, claims }: Arrival, { policy, settings }: Provider, walk: Walk): string {
  walk.at('email');
  if (email === null) throw walk.refused(missingEmail(settings, claims), singleSignOnProblems.providerEmail());
  if (!EmailAddress.safeParse(email).success)
    throw walk.refused('What the provider sent as e-mail address is none.', singleSignOnProblems.providerEmail());
  if (!emailVerified && policy.emailCounts !== 'always')
    throw walk.refused('The provider did not say that it verified the address.', singleSignOnProblems.providerEmail());
  walk.note(emailVerified ? `${email}, verified by the provider.` : `${email}: every address of this provider counts.`);
  return email.trim();
}

/** Providers call it by many names: the admin compares ours with theirs. */
function missingEmail(settings: ProviderSettings, claims: Claims): string {
  const name = settings.kind === 'saml' ? settings.emailAttribute : settings.emailClaim;
  const sent = Object.keys(claims).slice(0, 20).join(', ');
  return `The provider sent no e-mail address: nothing is named “${name}”${sent === '' ? '' : ` among ${sent}`}.`;
}

/** Names come from outside: one line, no control characters, never empty. */
export function displayName({ name }: Arrival, email: string): string {
  const clean = (name ?? '')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 120);
  return clean === '' ? (email.split('@')[0] ?? email).slice(0, 120) : clean;
}

/** Did the provider assert a second factor in words the admin accepts? */
export function hasSecondFactor({ contexts }: Arrival, { secondFactorValues }: ProviderPolicy): boolean {
  return contexts.some((one) => secondFactorValues.includes(one));
}
