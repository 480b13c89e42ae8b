/** The key that signs checkpoints: from the environment or a file only this installation reads. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problems } from '../../contract/problem.ts';
import { config } from '../../platform/config.ts';
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

/** Two processes may start at once: each writes its own file, and one wins by link, which never overwrites. */
function fileKey(folder: string): KeyObject {
  const path = join(folder, 'audit-signing.pem');
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const draft = `${path}.${process.pid}`;
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(draft, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!existsSync(path)) throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }
  return createPrivateKey(readFileSync(path));
}
