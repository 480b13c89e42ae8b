/** One signature against one public key. */
import { constants, createHash, type KeyObject, verify } from 'node:crypto';

/** Digest by the size of the curve. @source sigstore algorithm registry; model_signing 1.0, keys of elliptic curves. */
const digestByCurve: ReadonlyMap<string, string> = new Map([
  ['prime256v1', 'sha256'],
  ['secp384r1', 'sha384'],
  ['secp521r1', 'sha512'],
]);

/**
 * Does the signature hold for this message and key?
 * @returns null when the kind of key is not one that signers of models use.
 * Never throws for what the signature holds.
 */
export function holds(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean | null {
  try {
    if (key.asymmetricKeyType === 'rsa')
      return (
        verify('sha256', message, key, signature) || verify('sha256', message, { key, padding: constants.RSA_PKCS1_PSS_PADDING }, signature)
      );
    if (key.asymmetricKeyType !== 'ec') return verify(null, message, key, signature);
    const digest = digestByCurve.get(key.asymmetricKeyDetails?.namedCurve ?? '');
    return digest === undefined ? null : verify(digest, message, key, signature);
  } catch {
    // A signature that is no signature at all does not hold; a key without one of these algorithms cannot say.
    return key.asymmetricKeyType === 'ec' || key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'ed25519' ? false : null;
  }
}

/** The digest that a signature over a file of this key is made with; null: the whole message is needed at once. */
export function streamDigest(key: KeyObject): string | null {
  if (key.asymmetricKeyType === 'rsa') return 'sha256';
  return key.asymmetricKeyType === 'ec' ? (digestByCurve.get(key.asymmetricKeyDetails?.namedCurve ?? '') ?? null) : null;
}

/** Names a key goes by in bundles: SHA-256 of its PEM (model_signing) or DER (cosign), hexadecimal and base64. */
export function hintsOf(key: KeyObject): Set<string> {
  const hints = new Set<string>();
  for (const format of ['pem', 'der'] as const) {
    const hash = createHash('sha256')
      .update(key.export({ type: 'spki', format }))
      .digest();
    hints.add(hash.toString('hex')).add(hash.toString('base64'));
  }
  return hints;
}
