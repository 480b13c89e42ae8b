/** What is known of a signature, as a practice of the repository that the detectors judge. */
import type { PracticeFact, SignerTrust } from '../engine/artefact.ts';
import type { SignatureCheck } from './check-signature.ts';

export type SignaturePractice = Omit<PracticeFact, 'subject' | 'where'>;

/** @param signer the name in the certificate, or what the bundle calls its key. @returns null while the signed file was not read yet. */
export function signaturePractice(check: SignatureCheck, signer: string | null): SignaturePractice | null {
  if (check.state === 'pending') return null;
  if (check.state === 'broken')
    return {
      code: 'signature-broken',
      detail: `The signature is not genuine: ${check.because}.`,
      text: named(signer),
      certainty: 'proved',
    };
  if (check.state === 'unchecked')
    return {
      code: 'signature-unverified',
      detail: `A signature is present, not verified against a trusted root: ${check.because}. The digests of the signed files are compared.`,
      text: named(signer),
      certainty: 'possible',
    };
  return check.state === 'foreign' ? foreignPractice(signer) : holdingPractice(check.signer, signer);
}

const codes: Readonly<Record<SignerTrust['trust'], string>> = {
  trusted: 'signature-verified',
  certified: 'signature-certified',
  untrusted: 'signature-untrusted',
  'nobody-named': 'signature-unverified',
};
const sentences: Readonly<Record<SignerTrust['trust'], string>> = {
  trusted: 'The signature is genuine and its signer trusted',
  certified: 'The signature is genuine, and a trusted authority certified its signer',
  untrusted: 'A signature is present, but not by anybody who is trusted',
  'nobody-named': 'A signature is present and fits its own key, not verified against a trusted root',
};

export function holdingPractice({ trust, because }: SignerTrust, signer: string | null): SignaturePractice {
  return {
    code: codes[trust],
    detail: `${sentences[trust]}: ${because}.`,
    text: named(signer),
    certainty: trust === 'nobody-named' ? 'possible' : 'proved',
  };
}

export function foreignPractice(signer: string | null): SignaturePractice {
  return holdingPractice({ trust: 'untrusted', because: 'none of the trusted keys made it, and its own key is not in the file' }, signer);
}

function named(signer: string | null): string {
  return signer === null ? 'signer unknown' : `signer says: ${signer}`;
}
