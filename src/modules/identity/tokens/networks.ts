/** Networks an API key may be used from. Pure. */
import { BlockList, isIP } from 'node:net';

/** `192.0.2.0/24`, `2001:db8::/32` or a single address; null for anything else. Bits beyond the prefix must be zero: PostgreSQL refuses them. */
export function readNetwork(text: string): { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' } | null {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes('%')) return null;
  const most = version === 4 ? 32 : 128;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return null;
  const prefix = bits === undefined ? most : Number(bits);
  return prefix > most ? null : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** True when a list is empty or one of its networks holds the address. An IPv4 address in IPv6 clothes is itself. */
export function isInside(networks: readonly string[], address: string | null): boolean {
  if (networks.length === 0) return true;
  if (address === null) return false;
  const bare = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  const version = isIP(bare);
  if (version === 0) return false;
  const list = new BlockList();
  for (const text of networks) {
    const network = readNetwork(text);
    if (network !== null) list.addSubnet(network.address, network.prefix, network.family);
  }
  return list.check(bare, version === 4 ? 'ipv4' : 'ipv6');
}
