/** What a verified response says, and whether it says it to us, now, and in answer to our request. */

import { spaces } from './structure.ts';
import { childOf, childrenOf, type Element } from './xml-tree.ts';

/** How far the clocks of both sides may lie apart (ms). */
export const clockSkewMs = 60_000;
/** An assertion that is valid for longer is still taken no later than this after it was issued (ms). */
const longestMs = 10 * 60_000;

export type Expected = {
  readonly provider: string;
  readonly audience: string;
  readonly service: string;
  readonly requestId: string;
  readonly now: number;
};
export type SamlCheck = 'form' | 'structure' | 'signature' | 'issuer' | 'addressed' | 'time' | 'request' | 'subject';
export type Fault = { readonly check: SamlCheck; readonly detail: string };
export type SamlFacts = {
  readonly assertionId: string;
  readonly nameId: string;
  readonly nameIdFormat: string | null;
  readonly nameQualifier: string | null;
  readonly spNameQualifier: string | null;
  readonly sessionIndex: string | null;
  readonly authenticationContext: string | null;
  /** When the person proved there who they are (ms since 1970). */
  readonly provedAt: number | null;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Until when the assertion could count again (ms since 1970). */
  readonly validUntil: number;
};

const success = 'urn:oasis:names:tc:SAML:2.0:status:Success';
const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const transient = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';
const entityFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity';
const mostAttributes = 200;
const mostValues = 2000;

type Both = { readonly response: Element; readonly assertion: Element };
/** @param both trees of the very bytes that the signatures cover */
export function readAssertion({ response, assertion }: Both, expected: Expected): Fault | { readonly facts: SamlFacts } {
  const confirmation = confirmationOf(assertion);
  const conditions = childrenOf(assertion, spaces.assertion, 'Conditions');
  const parts: Parts = { response, assertion, confirmation, conditions: conditions.length === 1 ? conditions[0] : undefined };
  return (
    statusFault(response) ??
    issuerFault(parts, expected) ??
    addressFault(parts, expected) ??
    timeFault(parts, expected) ??
    requestFault(parts, expected) ??
    factsOf(parts)
  );
}

type Parts = Both & { readonly confirmation: Element | undefined; readonly conditions: Element | undefined };

/** The one confirmation by bearer; with several each could say something else. */
function confirmationOf(assertion: Element): Element | undefined {
  const subject = childOf(assertion, spaces.assertion, 'Subject');
  const all = subject === undefined ? [] : childrenOf(subject, spaces.assertion, 'SubjectConfirmation');
  const [only] = all;
  return all.length === 1 && only?.attributes.get('Method') === bearer
    ? childOf(only, spaces.assertion, 'SubjectConfirmationData')
    : undefined;
}

export function isSuccess(message: Element): boolean {
  return childOf(childOf(message, spaces.protocol, 'Status'), spaces.protocol, 'StatusCode')?.attributes.get('Value') === success;
}

function statusFault(response: Element): Fault | null {
  return isSuccess(response) ? null : { check: 'structure', detail: 'The status of the response is not Success.' };
}

function issuerFault({ response, assertion }: Parts, { provider }: Expected): Fault | null {
  for (const [what, element] of [['response', response] as const, ['assertion', assertion] as const]) {
    const all = childrenOf(element, spaces.assertion, 'Issuer');
    const format = all[0]?.attributes.get('Format') ?? entityFormat;
    if (all.length !== 1 || textOf(all[0]) !== provider || format !== entityFormat)
      return { check: 'issuer', detail: `The issuer of the ${what} is “${textOf(all[0]).slice(0, 200)}”, expected “${provider}”.` };
  }
  return null;
}

function addressFault({ response, confirmation, conditions }: Parts, { service, audience }: Expected): Fault | null {
  const wrong = (what: string, is: string | undefined, wanted: string): Fault => ({
    check: 'addressed',
    detail: `The ${what} is ${is === undefined ? 'missing' : `“${is.slice(0, 200)}”`}, expected “${wanted}”.`,
  });
  const destination = response.attributes.get('Destination');
  if (destination !== service) return wrong('destination', destination, service);
  const recipient = confirmation?.attributes.get('Recipient');
  if (recipient !== service) return wrong('recipient', recipient, service);
  const restrictions = conditions === undefined ? [] : childrenOf(conditions, spaces.assertion, 'AudienceRestriction');
  if (restrictions.length === 0) return wrong('audience', undefined, audience);
  // Each restriction must be met (SAML 2.0 Core, 2.5.1.4).
  const missed = restrictions.find((one) => !childrenOf(one, spaces.assertion, 'Audience').some((each) => textOf(each) === audience));
  return missed === undefined ? null : wrong('audience', textOf(childOf(missed, spaces.assertion, 'Audience')), audience);
}

function timeFault({ response, assertion, confirmation, conditions }: Parts, { now }: Expected): Fault | null {
  const fault = (detail: string): Fault => ({ check: 'time', detail });
  const issued = [response, assertion].map((element) => timeOf(element, 'IssueInstant'));
  if (issued.some((at) => at === null || at > now + clockSkewMs)) return fault('It was issued in the future, or does not say when.');
  if (issued.some((at) => at !== null && at + longestMs + clockSkewMs < now)) return fault('It was issued more than ten minutes ago.');
  if (conditions === undefined || confirmation === undefined) return fault('It does not say how long it is valid.');
  const sessionEnd = childOf(assertion, spaces.assertion, 'AuthnStatement')?.attributes.get('SessionNotOnOrAfter');
  if (sessionEnd !== undefined && !(instant(sessionEnd) + clockSkewMs > now)) return fault('The session at the provider is over.');
  for (const one of [conditions, confirmation]) {
    const end = timeOf(one, 'NotOnOrAfter');
    if (end === null) return fault('It does not say until when it is valid.');
    if (now - clockSkewMs >= end) return fault(`It was valid until ${new Date(end).toISOString()}.`);
    const begin = one.attributes.get('NotBefore');
    if (begin !== undefined && !(instant(begin) <= now + clockSkewMs)) return fault('It is not valid yet.');
  }
  return null;
}

function requestFault({ response, confirmation }: Parts, { requestId }: Expected): Fault | null {
  const answers = [response.attributes.get('InResponseTo'), confirmation?.attributes.get('InResponseTo')];
  return answers.every((one) => one === requestId)
    ? null
    : { check: 'request', detail: 'InResponseTo of response and confirmation is not the request that was sent.' };
}

function factsOf({ assertion, conditions, confirmation }: Parts): Fault | { readonly facts: SamlFacts } {
  const statements = childrenOf(assertion, spaces.assertion, 'AuthnStatement');
  if (statements.length !== 1) return { check: 'structure', detail: 'The assertion does not say, once, how the person signed in.' };
  const ids = childrenOf(childOf(assertion, spaces.assertion, 'Subject') ?? assertion, spaces.assertion, 'NameID');
  const nameId = textOf(ids[0]);
  const nameIdFormat = ids[0]?.attributes.get('Format') ?? null;
  if (ids.length !== 1 || nameId === '') return { check: 'subject', detail: 'The assertion names nobody.' };
  if (nameIdFormat === transient) return { check: 'subject', detail: 'The name id is transient: it is another one at each sign-in.' };
  const context = childOf(childOf(statements[0], spaces.assertion, 'AuthnContext'), spaces.assertion, 'AuthnContextClassRef');
  const ends = [conditions, confirmation].map((one) => (one === undefined ? 0 : (timeOf(one, 'NotOnOrAfter') ?? 0)));
  return {
    facts: {
      assertionId: assertion.attributes.get('ID') ?? '',
      nameId,
      nameIdFormat,
      nameQualifier: ids[0]?.attributes.get('NameQualifier') ?? null,
      spNameQualifier: ids[0]?.attributes.get('SPNameQualifier') ?? null,
      sessionIndex: statements[0]?.attributes.get('SessionIndex') ?? null,
      authenticationContext: context === undefined ? null : textOf(context),
      provedAt: statements[0] === undefined ? null : timeOf(statements[0], 'AuthnInstant'),
      attributes: attributesOf(assertion),
      validUntil: Math.max(...ends) + clockSkewMs,
    },
  };
}

/** Plain values only: an element as a value is nobody's e-mail address. */
function attributesOf(assertion: Element): Record<string, string[]> {
  const found = new Map<string, string[]>();
  const listed = childrenOf(assertion, spaces.assertion, 'AttributeStatement').flatMap((one) =>
    childrenOf(one, spaces.assertion, 'Attribute'),
  );
  for (const attribute of listed.slice(0, mostAttributes)) {
    const name = attribute.attributes.get('Name') ?? '';
    const values = childrenOf(attribute, spaces.assertion, 'AttributeValue').filter(({ children }) => children.length === 0);
    const known = found.get(name) ?? [];
    found.set(name, [...known, ...values.slice(0, mostValues).map(textOf)].slice(0, mostValues));
  }
  return Object.fromEntries(found);
}

export function textOf(element: Element | undefined): string {
  return element === undefined || element.children.length > 0 ? '' : element.text.trim();
}

function timeOf({ attributes }: Element, name: string): number | null {
  const at = instant(attributes.get(name) ?? '');
  return Number.isNaN(at) ? null : at;
}

/** UTC only, as SAML 2.0 Core, 1.3.3, demands. NaN for anything else. */
function instant(text: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(text) ? Date.parse(text.replace(/(\.\d{3})\d+Z$/, '$1Z')) : Number.NaN;
}
