/** What we say to a SAML provider: requests and answers as XML, signed for the redirect binding. */
import { sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { entityIdOf, ownAddress, samlPath } from '../addresses.ts';
import type { SubjectForm } from '../table.ts';

const assertion = 'urn:oasis:names:tc:SAML:2.0:assertion';
const protocol = 'urn:oasis:names:tc:SAML:2.0:protocol';
const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const postBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const redirectBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';

type Head = { readonly name: string; readonly id: string; readonly slug: string; readonly destination: string; readonly more?: string };
function opening({ name, id, destination, more = '' }: Head): string {
  const issued = `${new Date().toISOString().slice(0, 19)}Z`;
  return `<samlp:${name} xmlns:samlp="${protocol}" xmlns:saml="${assertion}" ID="${escaped(id)}" Version="2.0" IssueInstant="${issued}" Destination="${escaped(destination)}"${more}>`;
}
const issuer = (slug: string): string => `<saml:Issuer>${escaped(entityIdOf(slug))}</saml:Issuer>`;

/** AuthnRequest: no passive sign-in, any id the provider has for the person, the answer by form to our own address. */
export function signOnRequest(slug: string, { id, destination, fresh }: { id: string; destination: string; fresh: boolean }): string {
  const service = ownAddress(samlPath(slug, 'acs'));
  const more = ` ProtocolBinding="${postBinding}" AssertionConsumerServiceURL="${escaped(service)}"${fresh ? ' ForceAuthn="true"' : ''}`;
  const head = opening({ name: 'AuthnRequest', id, slug, destination, more });
  return `${head}${issuer(slug)}<samlp:NameIDPolicy AllowCreate="true"/></samlp:AuthnRequest>`;
}

export type Leaving = { readonly nameId: string; readonly form: SubjectForm | null; readonly sessionIndex: string | null };
/** The id is written as the assertion wrote it: providers look for the very same one (SAML 2.0 Core, 3.7.1 and 8.3). */
export function signOutRequest(
  slug: string,
  { id, destination, nameId, form, sessionIndex }: Leaving & { id: string; destination: string },
): string {
  const index = sessionIndex === null ? '' : `<samlp:SessionIndex>${escaped(sessionIndex)}</samlp:SessionIndex>`;
  const head = opening({ name: 'LogoutRequest', id, slug, destination });
  const written = [
    ['NameQualifier', form?.nameQualifier],
    ['SPNameQualifier', form?.spNameQualifier],
    ['Format', form?.format],
  ] as const;
  const attributes = written.map(([name, value]) => (value === null || value === undefined ? '' : ` ${name}="${escaped(value)}"`)).join('');
  return `${head}${issuer(slug)}<saml:NameID${attributes}>${escaped(nameId)}</saml:NameID>${index}</samlp:LogoutRequest>`;
}

export function signOutAnswer(slug: string, { id, destination, answers }: { id: string; destination: string; answers: string }): string {
  const head = opening({ name: 'LogoutResponse', id, slug, destination, more: ` InResponseTo="${escaped(answers)}"` });
  const status = '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>';
  return `${head}${issuer(slug)}${status}</samlp:LogoutResponse>`;
}

type Signed = {
  readonly destination: string;
  readonly field: 'SAMLRequest' | 'SAMLResponse';
  readonly xml: string;
  readonly relayState?: string | undefined;
  readonly privateKey: string;
};
/** The address that carries a message, deflated and signed over the very letters of its query (SAML 2.0 Bindings, 3.4.4.1). */
export function redirectAddress({ destination, field, xml, relayState, privateKey }: Signed): string {
  const fields: [string, string][] = [[field, deflateRawSync(xml).toString('base64')]];
  if (relayState !== undefined) fields.push(['RelayState', relayState]);
  fields.push(['SigAlg', rsaSha256]);
  const signed = fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const signature = sign('sha256', Buffer.from(signed), privateKey).toString('base64');
  return `${destination}${destination.includes('?') ? '&' : '?'}${signed}&Signature=${encodeURIComponent(signature)}`;
}

/** What a provider reads about us. The key signs what we send and opens what is encrypted for us. */
export function metadataOf(slug: string, certificate: string): string {
  const key = certificate.replaceAll(/-----[A-Z ]+-----|\s/g, '');
  const keyInfo = `<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${key}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`;
  const service = (name: string, binding: string, part: 'acs' | 'slo', more = ''): string =>
    `<${name} Binding="${binding}" Location="${escaped(ownAddress(samlPath(slug, part)))}"${more}/>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${escaped(entityIdOf(slug))}">`,
    `<SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="${protocol}">`,
    `<KeyDescriptor use="signing">${keyInfo}</KeyDescriptor>`,
    `<KeyDescriptor use="encryption">${keyInfo}<EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/></KeyDescriptor>`,
    service('SingleLogoutService', redirectBinding, 'slo'),
    service('SingleLogoutService', postBinding, 'slo'),
    '<NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</NameIDFormat>',
    '<NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</NameIDFormat>',
    service('AssertionConsumerService', postBinding, 'acs', ' index="0" isDefault="true"'),
    '</SPSSODescriptor>',
    '</EntityDescriptor>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
