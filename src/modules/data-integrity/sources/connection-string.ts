/** A connection string taken apart by us: drivers would read files and the environment for what it leaves out. Pure. */
import type { z } from 'zod';
import { connectionProblems, type Encryption } from '../contract.ts';

export type ConnectionParts = {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly encryption: z.infer<typeof Encryption>;
};

/** With the certificates that vouch for the database; null: the public authorities do. */
export type OpenedConnection = ConnectionParts & { readonly certificateAuthority: string | null };

const modes: ReadonlyMap<string, ConnectionParts['encryption']> = new Map([
  ['verify-full', 'verified'],
  ['require', 'unverified'],
  ['disable', 'none'],
]);
/** A name, an IPv4 address, or an IPv6 address in brackets; no path of a socket. */
const hostForm = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])$/;
const longestPart = 1000;

/** @throws data-quality.connectionUnfit, which says nothing of what was given */
export function readConnectionString(text: string): ConnectionParts {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw unfit('it is no address like postgresql://user:password@host:5432/database');
  if (url.protocol !== 'postgresql:' && url.protocol !== 'postgres:') throw unfit('it does not begin with postgresql://');
  if (!hostForm.test(url.hostname)) throw unfit('it names no host; sockets are not used');
  if (url.hash !== '') throw unfit('a # in the password is written %23');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 5432 : Number(url.port),
    database: part(url.pathname.replace(/^\//, ''), 'database'),
    user: part(url.username, 'user'),
    // Without one the driver would look into the environment and the files of this process.
    password: part(url.password, 'password'),
    encryption: encryptionOf(url.searchParams),
  };
}

function encryptionOf(parameters: URLSearchParams): ConnectionParts['encryption'] {
  for (const name of parameters.keys()) if (name !== 'sslmode') throw unfit('sslmode is the only parameter it may have');
  const given = parameters.getAll('sslmode');
  const mode = modes.get(given[0] ?? 'verify-full');
  if (mode === undefined || given.length > 1) throw unfit(`sslmode is one of ${[...modes.keys()].join(', ')}`);
  return mode;
}

function part(encoded: string, name: string): string {
  let text = '';
  try {
    text = decodeURIComponent(encoded);
  } catch {
    throw unfit(`the ${name} holds a % that is written %25`);
  }
  if (text === '') throw unfit(`it names no ${name}`);
  if (text.includes('\0') || text.length > longestPart) throw unfit(`the ${name} cannot be used`);
  return text;
}

const unfit = (reason: string) => connectionProblems.connectionUnfit({ reason });
