/** Attacks on SAML answers: each is refused, and by the check that is meant for it. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  assertionXml,
  encrypted,
  entityId,
  inBase64,
  partOf,
  responseXml,
  type Said,
  type SamlProviderForTests,
  samlProviderForTests,
  signedAs,
  takenApart,
} from '../testing/saml-provider.ts';
import { newSigningKey, type SigningKey } from './certificate.ts';
import { checkSaml } from './check-saml.ts';
import type { SamlResult } from './saml-worker.ts';

const service = 'https://spm.example.org/api/auth/saml/corp/acs';
const audience = 'https://spm.example.org/api/auth/saml/corp/metadata';
const right: Said = { requestId: '_request1', service, audience };
const evil: Said = { ...right, nameId: 'admin', assertionId: '_evil', responseId: '_evilresponse' };

describe('a SAML answer', () => {
  let provider: SamlProviderForTests;
  let own: SigningKey;
  before(async () => {
    [provider, own] = await Promise.all([samlProviderForTests(), newSigningKey('own', 2048)]);
  });
  const check = (xml: string): Promise<SamlResult> =>
    checkSaml({
      kind: 'answer',
      message: inBase64(xml),
      certificates: [provider.key.certificate],
      privateKey: own.privateKey,
      expected: { provider: entityId, audience, service, requestId: '_request1', now: Date.now() },
    });
  const refusedAt = async (xml: string, wanted: string, what = ''): Promise<string> => {
    const result = await check(xml);
    assert.ok('fault' in result, `taken: ${what}`);
    assert.equal(result.fault.check, wanted, `${what} ${result.fault.detail}`);
    return result.fault.detail;
  };

  test('that is right says who it is, with plain and with encrypted assertions', async () => {
    for (const steps of [{}, { algorithm: 'sha512' as const }, { encryptFor: own.certificate }]) {
      const result = await check(provider.answer(right, steps));
      assert.ok('facts' in result, JSON.stringify(result));
      assert.equal(result.facts.nameId, 'person-1');
      assert.deepEqual(result.facts.attributes, { email: ['grace@example.org'], displayName: ['Grace'] });
      assert.equal(result.facts.sessionIndex, 'session-1');
    }
  });

  test('wrapping XSW1: a forged response whose signature holds the signed one', async () => {
    const signed = provider.answer(right);
    const { signature, rest } = responseParts(signed);
    const holding = signature.replace('</Signature>', `${rest}</Signature>`);
    await refusedAt(forgedResponse(holding), 'structure');
  });
  test('wrapping XSW2: a forged response with a detached signature of the signed one beside it', async () => {
    const { signature, rest } = responseParts(provider.answer(right));
    await refusedAt(forgedResponse(`${rest}${signature}`), 'structure');
  });
  test('wrapping XSW3: a forged assertion before the signed one', async () => {
    const signed = provider.answer(right);
    await refusedAt(signed.replace('<saml:Assertion', `${assertionXml(evil)}<saml:Assertion`), 'structure');
  });
  test('wrapping XSW4: a forged assertion around the signed one', async () => {
    const signed = provider.answer(right);
    const original = partOf(signed, 'Assertion');
    await refusedAt(signed.replace(original, assertionXml({ ...evil, more: original })), 'structure');
  });
  test('wrapping XSW5: a changed signed assertion, its original without signature at the end', async () => {
    const signed = provider.answer(right);
    const { rest } = takenApart(partOf(signed, 'Assertion'));
    const changed = signed.replace('>person-1<', '>admin<').replace('</samlp:Response>', `${rest}</samlp:Response>`);
    await refusedAt(changed, 'structure');
  });
  test('wrapping XSW6: a changed signed assertion whose signature holds the original', async () => {
    const signed = provider.answer(right);
    const { signature, rest } = takenApart(partOf(signed, 'Assertion'));
    const changed = signed.replace('>person-1<', '>admin<').replace(signature, signature.replace('</Signature>', `${rest}</Signature>`));
    await refusedAt(changed, 'structure');
  });
  test('wrapping XSW7: a forged assertion in an extension', async () => {
    const signed = provider.answer(right);
    const extension = `<samlp:Extensions>${assertionXml(evil)}</samlp:Extensions>`;
    await refusedAt(signed.replace('<samlp:Status>', `${extension}<samlp:Status>`), 'structure');
  });
  test('wrapping XSW8: a changed signed assertion, its original in an Object of the signature', async () => {
    const signed = provider.answer(right);
    const { signature, rest } = takenApart(partOf(signed, 'Assertion'));
    const holding = signature.replace('</Signature>', `<Object>${rest}</Object></Signature>`);
    await refusedAt(signed.replace('>person-1<', '>admin<').replace(signature, holding), 'structure');
  });
  test('wrapping with the same id twice, or the id under another spelling', async () => {
    const signed = provider.answer(right);
    const id = /<saml:Assertion[^>]* ID="([^"]+)"/.exec(signed)?.[1] ?? '';
    for (const spelling of ['ID', 'Id', 'id', 'xml:id', 'AssertionID'])
      await refusedAt(signed.replace('<samlp:Status>', `<samlp:Status ${spelling}="${id}">`), 'structure', spelling);
  });

  test('that was changed after it was signed', async () => {
    const signed = provider.answer(right);
    await refusedAt(signed.replace('>person-1<', '>admin<'), 'signature');
    await refusedAt(signed.replace('>grace@example.org<', '>admin@example.org<'), 'signature');
    await refusedAt(signed.replace(`Destination="${service}"`, `Destination="${service}2"`), 'signature');
  });

  test('that is not signed in both places, or by somebody else', async () => {
    assert.match(await refusedAt(provider.answer(right, { unsigned: 'response' }), 'structure'), /message is not signed/);
    assert.match(await refusedAt(provider.answer(right, { unsigned: 'assertion' }), 'structure'), /assertion is not signed/);
    await refusedAt(responseXml(right, assertionXml(right)), 'structure');
    await refusedAt(provider.answer(right, { key: provider.stranger }), 'signature');
    await refusedAt(provider.answer(right, { assertionKey: provider.stranger }), 'signature');
    await refusedAt(provider.answer(right, { assertionKey: provider.stranger, encryptFor: own.certificate }), 'signature');
    await refusedAt(provider.answer(right, { unsigned: 'assertion', encryptFor: own.certificate }), 'signature');
  });

  test('that is signed with SHA-1, in plain or inside what is encrypted', async () => {
    assert.match(await refusedAt(provider.answer(right, { algorithm: 'sha1' }), 'structure'), /SHA-1/);
    const hidden = encrypted(signedAs('Assertion', assertionXml(right), { key: provider.key, algorithm: 'sha1' }), own.certificate);
    assert.match(await refusedAt(signedAs('Response', responseXml(right, hidden), { key: provider.key }), 'signature'), /SHA-1/);
  });

  test('whose encryption invites oracles, or is for somebody else', async () => {
    const assertion = signedAs('Assertion', assertionXml(right), { key: provider.key });
    const old = responseXml(right, encrypted(assertion, own.certificate, 'rsa-1_5'));
    assert.match(await refusedAt(signedAs('Response', old, { key: provider.key }), 'structure'), /RSA 1\.5/);
    assert.match(await refusedAt(provider.answer(right, { encryptFor: provider.stranger.certificate }), 'signature'), /another key/);
  });

  test('that is meant for somebody else: audience, recipient, destination, issuer, request', async () => {
    const elsewhere = 'https://other.example.org/acs';
    const cases: [Partial<Said>, string][] = [
      [{ audience: 'https://other.example.org' }, 'addressed'],
      [{ recipient: elsewhere }, 'addressed'],
      [{ destination: elsewhere }, 'addressed'],
      [{ issuer: 'https://evil.example' }, 'issuer'],
      [{ assertionIssuer: 'https://evil.example' }, 'issuer'],
      [{ requestId: '_another' }, 'request'],
      [{ confirmationRequestId: '_another' }, 'request'],
    ];
    for (const [change, wanted] of cases) await refusedAt(provider.answer({ ...right, ...change }), wanted, JSON.stringify(change));
  });

  test('that is over, not yet valid, from the future or too old; a minute of the clocks is forgiven', async () => {
    for (const said of [{ ends: -70 }, { begins: 70 }, { issued: 70 }, { issued: -800, ends: 300 }])
      await refusedAt(provider.answer({ ...right, ...said }), 'time', JSON.stringify(said));
    for (const said of [{ ends: -50 }, { begins: 50 }, { issued: 50 }])
      assert.ok('facts' in (await check(provider.answer({ ...right, ...said }))), JSON.stringify(said));
  });

  test('with a comment in a name, which some readers cut off there', async () => {
    const signed = provider.answer({ ...right, nameId: 'admin@example.org.evil.example' });
    const detail = await refusedAt(signed.replace('admin@example.org.evil', 'admin@example.org<!-- -->.evil'), 'form');
    assert.match(detail, /comment/);
  });

  test('with a document type, entities, instructions, sections, or more than is sensible', async () => {
    const signed = provider.answer(right);
    const bomb = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;">]>';
    for (const xml of [
      `${bomb}${signed}`,
      `<!DOCTYPE a SYSTEM "file:///etc/passwd">${signed}`,
      signed.replace('<samlp:Status>', '<?pi x?><samlp:Status>'),
      signed.replace('>person-1<', '><![CDATA[admin]]><'),
      signed.replace('>person-1<', '>&unknown;<'),
      '<a>'.repeat(100),
      `<a>${'<b/>'.repeat(6000)}</a>`,
      'no xml at all',
      '',
    ])
      await refusedAt(xml, 'form', xml.slice(0, 60));
    await refusedAt('<a/>', 'structure');
  });

  test('that says the provider refused, in the provider’s word', async () => {
    const refusal = responseXml({ ...right, status: 'Responder' }, '');
    assert.match(await refusedAt(refusal, 'structure'), /“Responder”/);
  });

  test('that names nobody for good', async () => {
    await refusedAt(provider.answer({ ...right, nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' }), 'subject');
    await refusedAt(provider.answer({ ...right, nameId: '' }), 'subject');
  });

  function responseParts(signed: string): { signature: string; rest: string } {
    // The signature of the response comes first, right after its issuer.
    return takenApart(signed);
  }
  function forgedResponse(inside: string): string {
    return responseXml(evil, `${inside}${assertionXml(evil)}`);
  }
});
