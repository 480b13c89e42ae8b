/** Our own key towards a SAML provider, with a certificate around it: metadata carries keys as certificates, whose other claims nobody checks. */
import { generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';

const years = 20;
const usualBits = 3072;

export type SigningKey = { readonly privateKey: string; readonly certificate: string };

/**
 * A new RSA key and its self-signed certificate (X.509 v3 without extensions, RSA with SHA-256), both in PEM.
 * Takes up to a second, off the event loop.
 */
export async function newSigningKey(name: string, keyBits = usualBits): Promise<SigningKey> {
  const now = new Date();
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: keyBits });
  return {
    privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    certificate: certificateOf({ privateKey, publicKey }, name, now),
  };
}

type Pair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
function certificateOf({ privateKey, publicKey }: Pair, name: string, now: Date): string {
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + years);
  const subject = sequence(set(sequence(objectId('550403'), tagged(0x0c, Buffer.from(name.slice(0, 64), 'utf8')))));
  // RFC 5280, 4.1: serial number, algorithm, issuer, validity, subject, public key. Without extensions the version may stay 1.
  const body = sequence(
    positiveInteger(randomBytes(16)),
    sha256WithRsa,
    subject,
    sequence(time(now), time(until)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = tagged(0x03, Buffer.concat([Buffer.of(0), sign('sha256', body, privateKey)]));
  const der = sequence(body, sha256WithRsa, signature);
  return `-----BEGIN CERTIFICATE-----\n${linesOf(der.toString('base64'))}\n-----END CERTIFICATE-----\n`;
}

// ASN.1 in DER (X.690): tag, length, content.

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const bytes = Buffer.from(length.toString(16).padStart(length > 0xffff ? 6 : length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | bytes.length), bytes, content]);
}
function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}
function set(part: Buffer): Buffer {
  return tagged(0x31, part);
}
/** Object identifiers as their encoded bytes. */
function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}
function positiveInteger(bytes: Buffer): Buffer {
  return tagged(0x02, Buffer.concat([Buffer.of(0x00, (bytes[0] ?? 0) | 0x80), bytes.subarray(1)]));
}
/** Two digits of the year before 2050, four from then on (RFC 5280, 4.1.2.5). */
function time(at: Date): Buffer {
  const text = `${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
  return at.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(text.slice(2))) : tagged(0x18, Buffer.from(text));
}
/** 1.2.840.113549.1.1.11 with its empty parameters. */
const sha256WithRsa = sequence(objectId('2a864886f70d01010b'), Buffer.of(0x05, 0x00));

function linesOf(text: string): string {
  return (text.match(/.{1,64}/g) ?? []).join('\n');
}
