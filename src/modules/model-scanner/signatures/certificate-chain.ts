/** From the certificate of a signer to one that somebody trusts. */
import type { X509Certificate } from 'node:crypto';

export type Chain = {
  readonly leaf: X509Certificate;
  /** Sent along by the signer: they connect, and prove nothing by themselves. */
  readonly between: readonly X509Certificate[];
  readonly trusted: readonly X509Certificate[];
  /** Unix time in ms at which all of them must be valid. */
  readonly at: number;
};

const longest = 8;
/** id-kp-codeSigning and anyExtendedKeyUsage. @source RFC 5280, 4.2.1.12. */
const signingUses = new Set(['1.3.6.1.5.5.7.3.3', '2.5.29.37.0']);

/**
 * @returns null when the signer's certificate, or an authority above it, is one of the trusted; else what is missing, as a sentence part.
 * @source RFC 5280, section 6, without policies, name constraints and revocation, which bundles do not carry.
 */
export function missingTrust({ leaf, between, trusted, at }: Chain): string | null {
  if (!isValid(leaf, at)) return 'the certificate was not valid when it signed, as far as anything proves the time';
  if (leaf.keyUsage !== undefined && leaf.keyUsage.length > 0 && !leaf.keyUsage.some((use) => signingUses.has(use)))
    return 'the certificate is not for signing code';
  if (isAmong(leaf, trusted)) return null;
  const authorities = [...trusted, ...between].filter((one) => one.ca && isValid(one, at));
  const seen = new Set<string>();
  let open = [leaf];
  for (let depth = 0; depth < longest && open.length > 0; depth += 1) {
    const above = open.flatMap((one) => authorities.filter((authority) => isIssuedBy(one, authority)));
    if (above.some((one) => isAmong(one, trusted))) return null;
    open = above.filter(({ fingerprint256 }) => !seen.has(fingerprint256));
    for (const { fingerprint256 } of open) seen.add(fingerprint256);
  }
  return 'no trusted authority issued the certificate';
}

function isValid({ validFromDate, validToDate }: X509Certificate, at: number): boolean {
  return validFromDate.getTime() <= at && at <= validToDate.getTime();
}

function isAmong({ raw }: X509Certificate, known: readonly X509Certificate[]): boolean {
  return known.some((one) => one.raw.equals(raw));
}

function isIssuedBy(one: X509Certificate, authority: X509Certificate): boolean {
  return one.checkIssued(authority) && one.verify(authority.publicKey);
}
