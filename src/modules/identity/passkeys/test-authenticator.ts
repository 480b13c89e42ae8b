/** For tests: an authenticator in software, whose answers can be made wrong in one place. ES256, attestation 'none' (WebAuthn Level 3, 6.5). */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export type Ceremony = {
  readonly challenge: string;
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  /** Finger, face or PIN was asked for. */
  readonly verified?: boolean;
  readonly counter?: number;
  readonly userHandle?: string;
};
type Defaults = { readonly origin: string; readonly rpId: string };
type Key = { readonly id: Buffer; readonly privateKey: KeyObject; readonly x: Buffer; readonly y: Buffer };
const flag = { present: 0x01, verified: 0x04, attested: 0x40 } as const;

export type TestAuthenticator = {
  readonly credentialId: string;
  create(ceremony: Ceremony): Record<string, unknown>;
  get(ceremony: Ceremony): Record<string, unknown>;
};

export function testAuthenticator(defaults: Defaults): TestAuthenticator {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const key: Key = { id: randomBytes(32), privateKey, x: Buffer.from(x, 'base64url'), y: Buffer.from(y, 'base64url') };
  const credentialId = key.id.toString('base64url');
  const outer = { id: credentialId, rawId: credentialId, type: 'public-key', clientExtensionResults: {} };
  return {
    credentialId,
    create: (ceremony) => ({
      ...outer,
      response: {
        clientDataJSON: clientData({ type: 'webauthn.create', ...defaults, ...ceremony }),
        attestationObject: attestationObject(authData({ ...defaults, verified: true, counter: 0, ...ceremony }, key)),
        transports: ['internal'],
      },
    }),
    get: (ceremony) => {
      const clientDataJSON = clientData({ type: 'webauthn.get', ...defaults, ...ceremony });
      const authenticatorData = authData({ ...defaults, verified: true, counter: 0, ...ceremony });
      const hashed = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest();
      return {
        ...outer,
        response: {
          clientDataJSON,
          authenticatorData: authenticatorData.toString('base64url'),
          signature: sign('sha256', Buffer.concat([authenticatorData, hashed]), key.privateKey).toString('base64url'),
          ...(ceremony.userHandle === undefined ? {} : { userHandle: ceremony.userHandle }),
        },
      };
    },
  };
}

function clientData({ type, challenge, origin }: { type: string; challenge: string; origin: string }): string {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false })).toString('base64url');
}

/** RP id hash, flags, counter; with a key also its id and COSE form. */
function authData({ rpId, verified, counter }: { rpId: string; verified: boolean; counter: number }, key?: Key): Buffer {
  const head = Buffer.alloc(37);
  createHash('sha256').update(rpId).digest().copy(head);
  head[32] = flag.present | (verified ? flag.verified : 0) | (key === undefined ? 0 : flag.attested);
  head.writeUInt32BE(counter, 33);
  if (key === undefined) return head;
  const idLength = Buffer.alloc(2);
  idLength.writeUInt16BE(key.id.length);
  // COSE (RFC 9053): kty 1 = EC2 2, alg 3 = ES256 -7, crv -1 = P-256 1, x -2, y -3.
  const cose = Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    bytes(key.x),
    Buffer.from([0x22]),
    bytes(key.y),
  ]);
  return Buffer.concat([head, Buffer.alloc(16), idLength, key.id, cose]);
}

/** CBOR of { fmt: 'none', attStmt: {}, authData } (RFC 8949). */
function attestationObject(data: Buffer): string {
  return Buffer.concat([
    Buffer.from([0xa3]),
    words('fmt'),
    words('none'),
    words('attStmt'),
    Buffer.from([0xa0]),
    words('authData'),
    bytes(data),
  ]).toString('base64url');
}

function words(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);
}

function bytes(data: Buffer): Buffer {
  return Buffer.concat([
    data.length < 256 ? Buffer.from([0x58, data.length]) : Buffer.from([0x59, data.length >> 8, data.length & 0xff]),
    data,
  ]);
}
