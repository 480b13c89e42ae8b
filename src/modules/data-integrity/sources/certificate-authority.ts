/** Certificates that vouch for a database, as somebody pasted them. Pure. */
import { X509Certificate } from 'node:crypto';
import { connectionProblems } from '../contract.ts';

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,20000}-----END CERTIFICATE-----/g;
const mostCertificates = 20;

export type Authority = { readonly subject: string; readonly until: string };

/**
 * @param text PEM, one certificate after the other (RFC 7468).
 * @throws data-quality.authorityUnfit: no certificate, one that cannot be read, anything beside them
 */
export function readAuthorities(text: string): Authority[] {
  const blocks = text.match(block) ?? [];
  // A key that was pasted along would be kept in the open.
  if (text.replaceAll(block, '').trim() !== '') throw unfit('it holds something beside certificates in PEM');
  if (blocks.length === 0) throw unfit('it holds no certificate in PEM');
  if (blocks.length > mostCertificates) throw unfit(`it holds more than ${mostCertificates} certificates`);
  return blocks.map(authorityOf);
}

function authorityOf(pem: string, place: number): Authority {
  try {
    const { subject, validToDate } = new X509Certificate(pem);
    return { subject: subject.replaceAll(/\s+/g, ' ').slice(0, 300), until: validToDate.toISOString() };
  } catch {
    throw unfit(`certificate ${place + 1} cannot be read`);
  }
}

const unfit = (reason: string) => connectionProblems.authorityUnfit({ reason });
