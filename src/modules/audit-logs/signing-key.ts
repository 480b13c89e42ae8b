/** The key that signs checkpoints: from the environment or a file only this installation reads. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { problems } from '../../contract/problem.ts';
import { config } from '../../platform/config.ts';
import { keyFile } from '../../platform/secret.ts';
import { rawPublicKey } from './public-key.ts';
import { keyId, type SigningKey } from './tree/signed-note.ts';

export const signingKeyProblems = problems('audit-logs', {
  signingKey: [500, 'AUDIT_SIGNING_KEY is no Ed25519 private key in PEM or base64 (PKCS #8).'],
});

export type KnownSigningKey = SigningKey & { readonly id: string };
let known: { readonly from: string; readonly key: KnownSigningKey } | undefined;

/** @throws audit-logs.signingKey when the environment names something else. */
export function signingKey(installation: string): KnownSigningKey {
  const { AUDIT_SIGNING_KEY, DATA_DIR } = config();
  const from = `${installation} ${AUDIT_SIGNING_KEY ?? DATA_DIR}`;
  if (known?.from === from) return known.key;
  const privateKey = AUDIT_SIGNING_KEY === undefined ? fileKey(join(DATA_DIR, 'keys')) : parsedKey(AUDIT_SIGNING_KEY);
  const publicKey = rawPublicKey(createPublicKey(privateKey));
  const named = { name: `aispm/${installation}`, privateKey, publicKey };
  known = { from, key: { ...named, id: keyId(named).toString('hex') } };
  return known.key;
}

function parsedKey(text: string): KeyObject {
  try {
    const key = text.includes('-----')
      ? createPrivateKey(text)
      : createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // The reason would quote the key.
  }
  throw signingKeyProblems.signingKey();
}

function fileKey(folder: string): KeyObject {
  const made = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  return createPrivateKey(keyFile(join(folder, 'audit-signing.pem'), made));
}
