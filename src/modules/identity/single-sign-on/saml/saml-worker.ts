/** Worker: checks one SAML message. Nothing of a stranger's XML is parsed elsewhere. */
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { decryptXml, getVerifiedXml, parseDomFromString } from '@node-saml/node-saml/lib/xml.js';
import { serveTasks } from '../../../../platform/workers/serve.ts';
import { type Expected, type Fault, isSuccess, readAssertion, type SamlCheck, type SamlFacts, textOf } from './assertion.ts';
import { assertionFault, logoutFault, responseFault, spaces } from './structure.ts';
import { childOf, childrenOf, type Element, treeOf } from './xml-tree.ts';

export type AnswerTask = {
  readonly kind: 'answer';
  /** As it came, in base64. */
  readonly message: string;
  readonly certificates: readonly string[];
  readonly privateKey: string;
  readonly expected: Expected;
};
export type LogoutTask = {
  readonly kind: 'logout';
  readonly xml: string;
  /** By form the XML is signed; by redirect the caller checked the address. */
  readonly certificates: readonly string[] | null;
};
export type LogoutFacts = {
  readonly kind: 'LogoutRequest' | 'LogoutResponse';
  readonly id: string;
  readonly issuer: string;
  readonly destination: string | null;
  readonly notOnOrAfter: string | null;
  readonly issueInstant: string;
  readonly nameId: string | null;
  readonly sessionIndexes: readonly string[];
  /** Of an answer: did the other side sign the person out? */
  readonly isDone: boolean;
};
export type SamlTask = AnswerTask | LogoutTask;
export type SamlResult = { readonly fault: Fault } | { readonly facts: SamlFacts } | { readonly logout: LogoutFacts };

serveTasks<SamlTask, SamlResult>((task) => (task.kind === 'answer' ? checkAnswer(task) : checkLogout(task)));

const fault = (check: SamlCheck, detail: string): { readonly fault: Fault } => ({ fault: { check, detail: detail.slice(0, 400) } });

async function checkAnswer(task: AnswerTask): Promise<SamlResult> {
  const xml = decoded(task.message);
  if (xml === null) return fault('form', 'It is not base64 of UTF-8.');
  const tree = treeOf(xml);
  if ('refused' in tree) return fault('form', `The XML was not taken: ${tree.refused}.`);
  const wrong = responseFault(tree.root);
  if (wrong !== null) return fault('structure', `The response was not taken: ${wrong}.`);
  const verified = await verifiedParts(xml, task);
  if ('fault' in verified) return verified;
  const read = readAssertion(verified, task.expected);
  if (!('facts' in read)) return { fault: read };
  return (await secondOpinion(task)) ?? read;
}

type Verified = { readonly response: Element; readonly assertion: Element };
/** Trees of what the signatures cover, and of nothing else: the library answers the canonical bytes it verified. */
async function verifiedParts(xml: string, { certificates, privateKey }: AnswerTask): Promise<Verified | { readonly fault: Fault }> {
  const document = await parseDomFromString(xml);
  const response = verifiedTree(xml, document.documentElement, certificates);
  if (response === null) return fault('signature', 'The signature of the response does not fit the certificate.');
  const [encrypted] = childrenOf(response, spaces.assertion, 'EncryptedAssertion');
  const assertion =
    encrypted === undefined ? plainAssertion(xml, document, certificates) : await openedAssertion(document, { certificates, privateKey });
  if (typeof assertion === 'string') return fault('signature', assertion);
  return { response, assertion };
}

function plainAssertion(xml: string, document: Document, certificates: readonly string[]): Element | string {
  const element = document.getElementsByTagNameNS(spaces.assertion, 'Assertion').item(0);
  const tree = element === null ? null : verifiedTree(xml, element, certificates);
  return tree ?? 'The signature of the assertion does not fit the certificate.';
}

type Keys = { readonly certificates: readonly string[]; readonly privateKey: string };
async function openedAssertion(document: Document, { certificates, privateKey }: Keys): Promise<Element | string> {
  const element = document.getElementsByTagNameNS(spaces.assertion, 'EncryptedAssertion').item(0);
  const xml = await decryptXml(String(element), privateKey).catch(() => null);
  if (xml === null) return 'The assertion is encrypted for another key than ours: let the provider read our metadata again.';
  const tree = treeOf(xml);
  const wrong = 'refused' in tree ? tree.refused : assertionFault(tree.root);
  if (wrong !== null) return `The encrypted assertion was not taken: ${wrong}.`;
  const opened = await parseDomFromString(xml);
  return (
    verifiedTree(xml, opened.documentElement, certificates) ?? 'The signature of the encrypted assertion does not fit the certificate.'
  );
}

function verifiedTree(xml: string, element: globalThis.Element, certificates: readonly string[]): Element | null {
  try {
    const canonical = getVerifiedXml(xml, element, [...certificates]);
    const tree = canonical === null ? null : treeOf(canonical);
    return tree !== null && 'root' in tree ? tree.root : null;
  } catch {
    // The library throws for signatures it does not like.
    return null;
  }
}

/** The library's whole procedure besides our own: both must agree. */
async function secondOpinion({ message, certificates, privateKey, expected }: AnswerTask): Promise<{ readonly fault: Fault } | null> {
  const saml = new SAML({
    callbackUrl: expected.service,
    issuer: expected.audience,
    audience: expected.audience,
    idpCert: [...certificates],
    idpIssuer: expected.provider,
    decryptionPvk: privateKey,
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: true,
    acceptedClockSkewMs: 60_000,
    validateInResponseTo: ValidateInResponseTo.always,
    cacheProvider: {
      saveAsync: async () => null,
      getAsync: async (id) => (id === expected.requestId ? new Date(expected.now).toISOString() : null),
      removeAsync: async () => null,
    },
  });
  const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: message }).catch((error: unknown) => ({
    profile: error instanceof Error ? error.message : 'unknown',
  }));
  if (typeof profile === 'string') return fault('signature', `The library refuses it: ${profile}`);
  return profile === null ? fault('structure', 'It names nobody.') : null;
}

async function checkLogout({ xml, certificates }: LogoutTask): Promise<SamlResult> {
  const tree = treeOf(xml);
  if ('refused' in tree) return fault('form', `The XML was not taken: ${tree.refused}.`);
  const wrong = logoutFault(tree.root, { signed: certificates !== null });
  if (wrong !== null) return fault('structure', `The message was not taken: ${wrong}.`);
  if (certificates === null) return { logout: logoutFacts(tree.root) };
  const verified = verifiedTree(xml, (await parseDomFromString(xml)).documentElement, certificates);
  return verified === null ? fault('signature', 'The signature does not fit the certificate.') : { logout: logoutFacts(verified) };
}

function logoutFacts(root: Element): LogoutFacts {
  const { attributes } = root;
  const nameId = childOf(root, spaces.assertion, 'NameID');
  return {
    kind: root.name === 'LogoutRequest' ? 'LogoutRequest' : 'LogoutResponse',
    id: attributes.get('ID') ?? '',
    issuer: textOf(childOf(root, spaces.assertion, 'Issuer')),
    destination: attributes.get('Destination') ?? null,
    notOnOrAfter: attributes.get('NotOnOrAfter') ?? null,
    issueInstant: attributes.get('IssueInstant') ?? '',
    nameId: nameId === undefined ? null : textOf(nameId),
    sessionIndexes: childrenOf(root, spaces.protocol, 'SessionIndex').map(textOf),
    isDone: isSuccess(root),
  };
}

function decoded(base64: string): string | null {
  if (!/^[A-Za-z0-9+/=\s]*$/.test(base64)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return null;
  }
}
