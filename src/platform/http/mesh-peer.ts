/**
 * In a mesh, who calls a service door: the SPIFFE id of the certificate that the caller's proxy showed to ours. Only asked for where
 * SERVICE_SPIFFE_IDS names whom to take, and beside the signed token, never instead of it.
 */
import { BlockList } from 'node:net';
import { commonProblems } from '../../contract/problem.ts';
import { config } from '../config.ts';
import { log } from '../log.ts';
import { lastElement } from './client-cert-header.ts';

const header = 'x-forwarded-client-cert';

/** What is known of a connection and of what came over it; `rawHeaders` are name and value in turns, as they were sent. */
export type Arrived = { readonly peer: string | undefined; readonly rawHeaders: readonly string[] };

/**
 * Our own proxy stands on this machine: what anybody else writes into its header is a claim of theirs. Of the header only the last element
 * counts, which our proxy appended, and a certificate names exactly one SPIFFE id (X509-SVID, section 2).
 * @throws request.notSignedIn
 */
export function checkMeshPeer({ peer, rawHeaders }: Arrived): void {
  const { SERVICE_SPIFFE_IDS: accepted } = config();
  if (accepted.length === 0) return;
  const found = peerId({ peer, rawHeaders });
  if ('id' in found && accepted.includes(found.id)) return;
  const reason = 'id' in found ? 'unknown' : found.refused;
  log('security').warn({ code: 'service.peerRefused', reason, peer }, 'A call of a service door was refused for who its proxy says it is');
  throw commonProblems.notSignedIn({}, { cause: `the peer of the mesh: ${reason}` });
}

type Found = { readonly id: string } | { readonly refused: 'not-local' | 'no-header' | 'two-headers' | 'malformed' | 'not-one-uri' };

function peerId({ peer, rawHeaders }: Arrived): Found {
  if (!isLocal(peer)) return { refused: 'not-local' };
  const lines = rawHeaders.filter((_value, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === header);
  const [line] = lines;
  if (line === undefined) return { refused: 'no-header' };
  // Who sends a second line hopes that one of us reads the other one.
  if (lines.length > 1) return { refused: 'two-headers' };
  const pairs = lastElement(line);
  if (pairs === null) return { refused: 'malformed' };
  const [id, ...others] = pairs.flatMap(([key, value]) => (key === 'uri' ? [value] : []));
  return id === undefined || others.length > 0 ? { refused: 'not-one-uri' } : { id };
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Of the connection itself, whatever a header says about addresses. */
function isLocal(peer: string | undefined): boolean {
  if (peer === undefined) return false;
  const plain = peer.replace(/^::ffff:/i, '');
  return loopback.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4');
}
