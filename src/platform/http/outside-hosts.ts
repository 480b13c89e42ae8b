/** How far a request may reach that a workspace's settings ask for: the internet, and hosts that the administrator named. */
import { config } from '../config.ts';
import type { Reach } from './outside-address.ts';

export type NamedHosts = ReadonlySet<string>;

/** From the setting OUTBOUND_HOSTS. */
export function namedHosts(): NamedHosts {
  return new Set(config().OUTBOUND_HOSTS);
}

const usualPorts: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/** A host is named alone or with its port. What is no URL reaches nothing more than others do. */
export function reachOf(address: string, named: NamedHosts): Reach {
  const url = URL.parse(address);
  if (url === null) return 'public';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? usualPorts[url.protocol] : url.port;
  return named.has(host) || named.has(`${host}:${port}`) ? 'named' : 'public';
}
