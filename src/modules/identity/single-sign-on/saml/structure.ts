/**
 * The gate before any signature is checked: a SAML message of the one shape that leaves nothing to choose. Wrapped signatures (Somorovsky
 * et al., "On Breaking SAML", USENIX Security 2012, XSW1 to XSW8) need a second assertion, a second response, a signature of something
 * else, or a place to hide the signed original; none of these passes.
 */
import { childOf, childrenOf, type Element, everyElement } from './xml-tree.ts';

export const spaces = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
} as const;

const signatureMethods = new Set(
  ['rsa-sha256', 'rsa-sha384', 'rsa-sha512'].map((name) => `http://www.w3.org/2001/04/xmldsig-more#${name}`),
);
const digestMethods = new Set([
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512',
]);
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const contentMethods = new Set([
  'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  'http://www.w3.org/2001/04/xmlenc#aes128-cbc',
  'http://www.w3.org/2001/04/xmlenc#aes256-cbc',
]);
/** PKCS #1 v1.5 is not among them: answers to it tell the plaintext bit by bit. */
const keyMethods = new Set(['http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p']);
const nameOfId = /^(?:id|assertionid)$/i;
const xmlId = '{http://www.w3.org/XML/1998/namespace}id';

/** @returns why a response is not taken, or null */
export function responseFault(root: Element): string | null {
  if (!is(root, 'protocol', 'Response')) return 'the root is no SAML 2.0 response';
  const all = [...everyElement(root)];
  const responses = all.filter(({ name }) => name === 'Response');
  if (responses.length !== 1) return 'there is more than one response';
  const plain = childrenOf(root, spaces.assertion, 'Assertion');
  const encrypted = childrenOf(root, spaces.assertion, 'EncryptedAssertion');
  const anywhere = all.filter(({ name }) => name === 'Assertion' || name === 'EncryptedAssertion');
  if (plain.length + encrypted.length === 0) return failedStatus(root) ?? 'there is no assertion';
  if (plain.length + encrypted.length > 1 || anywhere.length !== 1) return 'there is more than one assertion';
  const signed = [root, ...plain];
  return idFault(all) ?? signatureFaults(all, signed) ?? (encrypted[0] ? encryptionFault(encrypted[0]) : encryptionAnywhere(all));
}

/** The same for what was encrypted. */
export function assertionFault(root: Element): string | null {
  if (!is(root, 'assertion', 'Assertion')) return 'what was encrypted is no assertion';
  const all = [...everyElement(root)];
  if (all.filter(({ name }) => name === 'Assertion' || name === 'EncryptedAssertion' || name === 'Response').length !== 1)
    return 'there is more than one assertion';
  return idFault(all) ?? signatureFaults(all, [root]) ?? encryptionAnywhere(all);
}

/** A logout request or answer: by form it is signed itself, by redirect its address is. */
export function logoutFault(root: Element, { signed }: { signed: boolean }): string | null {
  if (!is(root, 'protocol', 'LogoutRequest') && !is(root, 'protocol', 'LogoutResponse')) return 'it is no logout message';
  const all = [...everyElement(root)];
  return idFault(all) ?? signatureFaults(all, signed ? [root] : []) ?? encryptionAnywhere(all);
}

function is(element: Element, space: keyof typeof spaces, name: string): boolean {
  return element.space === spaces[space] && element.name === name;
}

/** No id twice, under whatever spelling a reader might take for an id. */
function idFault(all: readonly Element[]): string | null {
  const seen = new Set<string>();
  for (const { attributes } of all) {
    const ids = [...attributes].filter(([name]) => name === xmlId || nameOfId.test(name)).map(([, value]) => value);
    if (ids.length > 1) return 'an element has more than one id';
    const [id] = ids;
    if (id === undefined) continue;
    if (seen.has(id)) return 'an id comes twice';
    seen.add(id);
  }
  return null;
}

/** Each of these elements is signed by its own child, and nothing else is signed anywhere. */
function signatureFaults(all: readonly Element[], signed: readonly Element[]): string | null {
  const signatures = all.filter(({ name }) => name === 'Signature');
  for (const element of signed) {
    const own = signatures.filter(({ parent }) => parent === element);
    const what = element.name === 'Assertion' ? 'the assertion' : 'the message';
    const [signature] = own;
    if (signature === undefined) return `${what} is not signed`;
    if (own.length > 1) return `${what} is signed twice`;
    const fault = signatureFault(signature, element);
    if (fault !== null) return fault;
  }
  return signatures.length === signed.length ? null : 'there is a signature of something else';
}

const childrenOfSignature = ['SignedInfo', 'SignatureValue', 'KeyInfo'];
function signatureFault(signature: Element, signed: Element): string | null {
  if (signature.space !== spaces.signature) return 'a signature is in a strange namespace';
  if (signature.children.some(({ space, name }) => space !== spaces.signature || !childrenOfSignature.includes(name)))
    return 'a signature holds more than a signature';
  const infos = childrenOf(signature, spaces.signature, 'SignedInfo');
  const [info] = infos;
  if (info === undefined || infos.length !== 1 || childrenOf(signature, spaces.signature, 'SignatureValue').length !== 1)
    return 'a signature is not complete';
  if (algorithm(info, 'CanonicalizationMethod') !== exclusive) return 'a signature uses another canonical form than exclusive';
  if (!signatureMethods.has(algorithm(info, 'SignatureMethod'))) return 'a signature uses a weak or unknown algorithm (SHA-1, for example)';
  const references = childrenOf(info, spaces.signature, 'Reference');
  const [reference] = references;
  if (reference === undefined || references.length !== 1) return 'a signature is of more or less than one thing';
  return referenceFault(reference, signed);
}

function referenceFault(reference: Element, signed: Element): string | null {
  const id = signed.attributes.get('ID') ?? '';
  if (!/^[A-Za-z_][\w.-]{0,255}$/.test(id)) return 'what is signed has no plain id';
  if (reference.attributes.get('URI') !== `#${id}`) return 'a signature is of something else than the element it stands in';
  if (!digestMethods.has(algorithm(reference, 'DigestMethod'))) return 'a signature uses a weak or unknown digest (SHA-1, for example)';
  const transforms = childOf(reference, spaces.signature, 'Transforms')?.children ?? [];
  const names = transforms.map(({ attributes }) => attributes.get('Algorithm') ?? '');
  const isPlain = names.length === 2 && names[0] === enveloped && names[1] === exclusive;
  return isPlain ? null : 'a signature transforms what it signs';
}

/** Of the only child of this name; '' when it is missing or comes twice. */
function algorithm(parent: Element, name: string): string {
  const found = childrenOf(parent, spaces.signature, name);
  return found.length === 1 ? (found[0]?.attributes.get('Algorithm') ?? '') : '';
}

function encryptionAnywhere(all: readonly Element[]): string | null {
  return all.some(({ space }) => space.startsWith('http://www.w3.org/2001/04/xmlenc') || space.startsWith('http://www.w3.org/2009/xmlenc'))
    ? 'there is something encrypted beside the assertion'
    : null;
}

function encryptionFault(encrypted: Element): string | null {
  const all = [...everyElement(encrypted)];
  const data = all.filter(({ name }) => name === 'EncryptedData');
  const keys = all.filter(({ name }) => name === 'EncryptedKey');
  if (data.length !== 1 || keys.length !== 1 || all.some(({ name }) => name === 'CipherReference' || name === 'RetrievalMethod'))
    return 'the encrypted assertion has another form than one key and its data';
  if (!contentMethods.has(methodOf(data[0]))) return 'the assertion is encrypted by an unknown or weak algorithm';
  return keyMethods.has(methodOf(keys[0]))
    ? null
    : 'the key of the assertion is encrypted by an unknown or weak algorithm (RSA 1.5, for example)';
}

function methodOf(element: Element | undefined): string {
  return childOf(element, spaces.encryption, 'EncryptionMethod')?.attributes.get('Algorithm') ?? '';
}

/** A provider that refuses says so instead of an assertion; it need not sign that. */
function failedStatus(root: Element): string | null {
  const code = childOf(childOf(root, spaces.protocol, 'Status'), spaces.protocol, 'StatusCode');
  const value = childOf(code, spaces.protocol, 'StatusCode')?.attributes.get('Value') ?? code?.attributes.get('Value') ?? '';
  const word = /:([A-Za-z]{1,60})$/.exec(value)?.[1];
  return word === undefined || word === 'Success' ? null : `the provider answered “${word}”`;
}
