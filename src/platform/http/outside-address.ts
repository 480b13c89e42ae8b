/** Which network addresses an outgoing request may reach: the one guard for every address that a person or a stranger can set. */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { problems } from '../../contract/problem.ts';

/**
 * 'public': HTTPS to addresses of the internet. 'internal': HTTPS to these and to private networks. 'loopback': this machine alone, HTTP
 * too, for trials. 'named': a host the administrator named in OUTBOUND_HOSTS, wherever it is, HTTP too. Link-local addresses, and with
 * them the metadata services of clouds, are in none.
 */
export type Reach = 'public' | 'internal' | 'loopback' | 'named';

export const outsideProblems = problems('outside', {
  address: [422, 'The address {url} cannot be used: {reason}.'],
  refused: [422, '{host} leads to {address}, which {reason}.'],
  unknownHost: [422, 'The name {host} is not known to the DNS.'],
  unreachable: [502, '{host} does not answer: {reason}.'],
  timedOut: [504, '{host} took longer than {ms} ms.'],
  tooLarge: [502, '{host} answered with more than {limit} bytes.'],
});

type Range = readonly [network: string, prefix: number];
// IANA special-purpose registries (RFC 6890 and its updates).
const loopbackRanges: readonly Range[] = [
  ['127.0.0.0', 8],
  ['::1', 128],
];
const privateRanges: readonly Range[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
];
const neverRanges: readonly Range[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Metadata services of clouds that answer outside the link-local range.
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
  ['::', 128],
  // Ways to write an IPv4 address as IPv6: translation (NAT64), 6to4, Teredo, the deprecated compatible form.
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['2001::', 32],
  ['100::', 64],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

function listOf(ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6');
  return list;
}
const lists = { loopback: listOf(loopbackRanges), private: listOf(privateRanges), never: listOf(neverRanges) };

export type AddressKind = 'public' | 'private' | 'loopback' | 'never';

/** What an IP address is; 'never' for what is no place to send a request to, and for text that is no address. */
export function addressKind(address: string): AddressKind {
  const plain = unmapped(address);
  const family = isIP(plain) === 4 ? 'ipv4' : 'ipv6';
  if (isIP(plain) === 0) return 'never';
  if (lists.loopback.check(plain, family)) return 'loopback';
  if (lists.never.check(plain, family)) return 'never';
  return lists.private.check(plain, family) ? 'private' : 'public';
}

/** An IPv4 address in IPv6 clothes (::ffff:0:0/96) is itself. */
function unmapped(address: string): string {
  const parts = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (parts === null) return address.replace(/^::ffff:(?=\d+\.)/i, '');
  const [high, low] = [Number.parseInt(parts[1] ?? '', 16), Number.parseInt(parts[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

const allowed: Readonly<Record<Reach, readonly AddressKind[]>> = {
  public: ['public'],
  internal: ['public', 'private'],
  loopback: ['loopback'],
  named: ['public', 'private', 'loopback'],
};
const reasons: Readonly<Record<AddressKind, string>> = {
  public: 'is not on this machine',
  private: 'is in a private network',
  loopback: 'is this machine itself',
  never: 'is reserved and no place for requests',
};

/**
 * The address as a URL, when its form is allowed: no DNS is asked.
 * @throws outside.address, outside.refused
 */
export function outsideUrl(text: string, reach: Reach): URL {
  const refuse = (reason: string): never => {
    throw outsideProblems.address({ url: text.slice(0, 200), reason });
  };
  const url = URL.parse(text);
  if (url === null || text.length > 2048) return refuse('it is not a URL');
  if (url.username !== '' || url.password !== '') return refuse('it holds a name or a password');
  if (url.hash !== '') return refuse('it has a fragment (#)');
  const schemes = reach === 'loopback' || reach === 'named' ? ['https:', 'http:'] : ['https:'];
  if (!schemes.includes(url.protocol))
    return refuse(url.protocol === 'http:' ? 'it must begin with https://' : 'only https addresses can be asked');
  const host = bareHost(url);
  if (isIP(host) !== 0) checkAddress(host, host, reach);
  return url;
}

export type Place = { readonly address: string; readonly family: 4 | 6 };

/**
 * Asks the DNS once; the connection is then made to this very address, so that a second answer changes nothing.
 * Refused when any of the name's addresses is: a name that leads to two kinds of places is not one to trust.
 * @throws outside.refused, outside.unknownHost
 */
export async function placeOf(url: URL, reach: Reach): Promise<Place> {
  const host = bareHost(url);
  const found = isIP(host) === 0 ? await lookup(host, { all: true }).catch(() => []) : [{ address: host, family: isIP(host) }];
  const [first] = found;
  if (first === undefined) throw outsideProblems.unknownHost({ host });
  for (const { address } of found) checkAddress(host, address, reach);
  return { address: first.address, family: first.family === 4 ? 4 : 6 };
}

function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function checkAddress(host: string, address: string, reach: Reach): void {
  const kind = addressKind(address);
  if (!allowed[reach].includes(kind)) throw outsideProblems.refused({ host, address, reason: reasons[kind] });
}
