/** For tests: a SAML provider that says whatever a test wants, signed or not, in the shapes of known attacks. */
import { constants, createCipheriv, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import { signXml } from '@node-saml/node-saml/lib/xml.js';
import { newSigningKey, type SigningKey } from '../saml/certificate.ts';

export const entityId = 'https://id.example.org/saml';

/** What a right answer says; a test changes the one thing it is about. */
export type Said = {
  readonly requestId: string;
  readonly service: string;
  readonly audience: string;
  readonly issuer?: string;
  readonly assertionIssuer?: string;
  readonly destination?: string;
  readonly recipient?: string;
  readonly nameId?: string;
  readonly nameIdFormat?: string;
  /** Further attributes of the name id. */
  readonly nameIdMore?: string;
  readonly status?: string;
  /** Seconds from now. */
  readonly issued?: number;
  readonly begins?: number;
  readonly ends?: number;
  readonly assertionId?: string;
  /** Seconds from now: when the person proved who they are. */
  readonly proved?: number;
  readonly responseId?: string;
  readonly confirmationRequestId?: string;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  /** Inside the assertion, before it is signed. */
  readonly more?: string;
};

const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
let counted = 0;
const newId = (): string => {
  counted += 1;
  return `_id${counted}x${randomBytes(8).toString('hex')}`;
};

export function assertionXml(said: Said): string {
  const { issued = 0, begins = -5, ends = 120, nameId = 'person-1', recipient = said.service } = said;
  const format = said.nameIdFormat ?? 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
  const attributes = Object.entries(said.attributes ?? { email: ['grace@example.org'], displayName: ['Grace'] }).map(
    ([name, values]) =>
      `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`,
  );
  return [
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${said.assertionId ?? newId()}" Version="2.0" IssueInstant="${at(issued)}">`,
    `<saml:Issuer>${said.assertionIssuer ?? said.issuer ?? entityId}</saml:Issuer>`,
    `<saml:Subject><saml:NameID Format="${format}"${said.nameIdMore ?? ''}>${nameId}</saml:NameID>`,
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="${said.confirmationRequestId ?? said.requestId}" NotOnOrAfter="${at(ends)}" Recipient="${recipient}"/></saml:SubjectConfirmation></saml:Subject>`,
    `<saml:Conditions NotBefore="${at(begins)}" NotOnOrAfter="${at(ends)}"><saml:AudienceRestriction><saml:Audience>${said.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="${at(said.proved ?? issued)}" SessionIndex="session-1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`,
    `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>`,
    said.more ?? '',
    '</saml:Assertion>',
  ].join('');
}

export function responseXml(said: Said, assertion: string): string {
  const { issued = 0, destination = said.service } = said;
  return [
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="${said.responseId ?? newId()}" Version="2.0" IssueInstant="${at(issued)}" Destination="${destination}" InResponseTo="${said.requestId}">`,
    `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${said.issuer ?? entityId}</saml:Issuer>`,
    `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${said.status ?? 'Success'}"/></samlp:Status>`,
    assertion,
    '</samlp:Response>',
  ].join('');
}

type Algorithm = 'sha1' | 'sha256' | 'sha512';
type Signing = { readonly key: SigningKey; readonly algorithm?: Algorithm };
const issuerOf = (name: string): string => `/*[local-name(.)="${name}"]/*[local-name(.)="Issuer"]`;

/** After the issuer, where the schema wants it. */
export function signedAs(name: 'Response' | 'Assertion' | 'LogoutRequest', xml: string, { key, algorithm = 'sha256' }: Signing): string {
  const inside = name === 'Assertion' && xml.includes('samlp:Response') ? `//*[local-name(.)="Assertion"]` : `/*[local-name(.)="${name}"]`;
  const issuer = inside.startsWith('//') ? `${inside}/*[local-name(.)="Issuer"]` : issuerOf(name);
  return signXml(
    xml,
    inside,
    { reference: issuer, action: 'after' },
    {
      privateKey: key.privateKey,
      signatureAlgorithm: algorithm,
      digestAlgorithm: algorithm,
    },
  );
}

type Steps = Partial<Signing> & {
  readonly assertionKey?: SigningKey;
  readonly encryptFor?: string;
  readonly unsigned?: 'response' | 'assertion';
};
export type SamlProviderForTests = {
  readonly key: SigningKey;
  readonly stranger: SigningKey;
  answer(said: Said, steps?: Steps): string;
};

export async function samlProviderForTests(): Promise<SamlProviderForTests> {
  const [key, stranger] = await Promise.all([newSigningKey('provider', 2048), newSigningKey('stranger', 2048)]);
  return {
    key,
    stranger,
    answer(said, { key: responseKey = key, assertionKey = responseKey, algorithm = 'sha256', encryptFor, unsigned } = {}) {
      const plain = assertionXml(said);
      const assertion = unsigned === 'assertion' ? plain : signedAs('Assertion', plain, { key: assertionKey, algorithm });
      const response = responseXml(said, encryptFor === undefined ? assertion : encrypted(assertion, encryptFor));
      return unsigned === 'response' ? response : signedAs('Response', response, { key: responseKey, algorithm });
    },
  };
}

/** XML Encryption: AES-256-GCM, its key by RSA-OAEP. */
export function encrypted(xml: string, certificate: string, keyMethod = 'rsa-oaep-mgf1p'): string {
  const key = randomBytes(32);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const content = Buffer.concat([nonce, cipher.update(xml), cipher.final(), cipher.getAuthTag()]);
  const wrapped = publicEncrypt({ key: new X509Certificate(certificate).publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, key);
  const method = (name: string): string => `<xenc:EncryptionMethod Algorithm="${name}"/>`;
  const value = (bytes: Buffer): string =>
    `<xenc:CipherData><xenc:CipherValue>${bytes.toString('base64')}</xenc:CipherValue></xenc:CipherData>`;
  return [
    '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element">',
    method('http://www.w3.org/2009/xmlenc11#aes256-gcm'),
    '<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey>',
    method(`http://www.w3.org/2001/04/xmlenc#${keyMethod}`),
    value(wrapped),
    '</xenc:EncryptedKey></ds:KeyInfo>',
    value(content),
    '</xenc:EncryptedData></saml:EncryptedAssertion>',
  ].join('');
}

export const inBase64 = (xml: string): string => Buffer.from(xml).toString('base64');

// Parts of a signed answer, for attacks that put them together anew.

export const partOf = (xml: string, name: string): string => {
  const begin = xml.search(new RegExp(`<(?:\\w+:)?${name}[ >]`));
  const end = new RegExp(`</(?:\\w+:)?${name}>`, 'g');
  let last = begin;
  for (const match of xml.matchAll(end)) last = match.index + match[0].length;
  return xml.slice(begin, last);
};
/** The signature that stands in this very element, and the element without it. */
export function takenApart(element: string): { signature: string; rest: string } {
  const begin = element.indexOf('<Signature');
  const end = element.indexOf('</Signature>', begin) + '</Signature>'.length;
  return { signature: element.slice(begin, end), rest: element.slice(0, begin) + element.slice(end) };
}
