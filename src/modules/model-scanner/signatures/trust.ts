/** Whom the person who scans trusts: public keys, certificates of authorities, logs of a sigstore instance, names of signers. */

/** Plain data: it crosses threads. */
export type Trust = {
  /** Public keys (SPKI) as PEM. */
  readonly keys: readonly string[];
  /** Certificates as PEM: of authorities, or of signers themselves. */
  readonly certificates: readonly string[];
  /** Transparency logs whose promise of the time of signing counts. */
  readonly logs: readonly TrustedLog[];
  /** Names that must stand in the certificate, as mail address or URI; empty: whoever the authority certified. */
  readonly signers: readonly string[];
};
export type TrustedLog = {
  /** SHA-256 of the public key, base64. */
  readonly keyId: string;
  readonly key: string;
};
