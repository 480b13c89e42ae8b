/** Files that say whom to trust: PEM with public keys and certificates, or the `trusted_root.json` of a sigstore instance. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { problems } from '../../../contract/problem.ts';
import type { Trust, TrustedLog } from './trust.ts';

export const trustProblems = problems('trust', {
  unreadable: [422, '{file} holds no public key, certificate or sigstore trusted root that can be read: {detail}'],
});

const blocks = /-----BEGIN (PUBLIC KEY|CERTIFICATE)-----[A-Za-z0-9+/=\s]{1,100000}-----END \1-----/g;

/**
 * @param text of a file that the person who scans named: PEM blocks, or JSON of a sigstore trusted root.
 * @param file its name, for the refusal. @param signers names that must stand in a certificate.
 * @throws trust.unreadable.
 * @source RFC 7468; sigstore protobuf-specs, `sigstore_trustroot.proto` (media type `application/vnd.dev.sigstore.trustedroot`).
 */
export function readTrust(text: string, file: string, signers: readonly string[] = []): Trust {
  try {
    const found = text.trimStart().startsWith('{') ? ofTrustedRoot(JSON.parse(text)) : ofPem(text);
    if (found.keys.length + found.certificates.length > 0) return { ...found, signers };
  } catch (error) {
    throw trustProblems.unreadable({ file, detail: error instanceof Error ? error.message.slice(0, 200) : 'unknown' });
  }
  throw trustProblems.unreadable({ file, detail: 'nothing of the kind stands in it' });
}

/** Everything that several files trust. */
export function joinedTrust(all: readonly Trust[]): Trust {
  return {
    keys: all.flatMap(({ keys }) => keys),
    certificates: all.flatMap(({ certificates }) => certificates),
    logs: all.flatMap(({ logs }) => logs),
    signers: [...new Set(all.flatMap(({ signers }) => signers))],
  };
}

type Found = Omit<Trust, 'signers'>;

function ofPem(text: string): Found {
  const keys: string[] = [];
  const certificates: string[] = [];
  for (const [block, kind] of text.matchAll(blocks)) {
    if (kind === 'CERTIFICATE') certificates.push(new X509Certificate(block).toString());
    else keys.push(pemOf(createPublicKey(block)));
  }
  return { keys, certificates, logs: [] };
}

/** Every level is looked at as unknown: the file may be any JSON. */
function ofTrustedRoot(root: unknown): Found {
  const certificates = itemsOf(root, 'certificateAuthorities').flatMap((authority) =>
    itemsOf(fieldOf(authority, 'certChain'), 'certificates').map((one) => new X509Certificate(bytesOf(one)).toString()),
  );
  const logs = itemsOf(root, 'tlogs').flatMap((log): TrustedLog[] => {
    const keyId = fieldOf(fieldOf(log, 'logId'), 'keyId');
    if (typeof keyId !== 'string') return [];
    return [{ keyId, key: pemOf(createPublicKey({ key: bytesOf(fieldOf(log, 'publicKey')), format: 'der', type: 'spki' })) }];
  });
  return { keys: [], certificates, logs };
}

function pemOf(key: ReturnType<typeof createPublicKey>): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function itemsOf(value: unknown, name: string): unknown[] {
  const items = fieldOf(value, name);
  return Array.isArray(items) ? items.slice(0, 1000) : [];
}

function bytesOf(value: unknown): Buffer {
  const raw = fieldOf(value, 'rawBytes');
  return Buffer.from(typeof raw === 'string' ? raw : '', 'base64');
}
