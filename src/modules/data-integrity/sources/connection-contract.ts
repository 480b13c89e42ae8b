/** Databases whose tables are checked: named connections of a workspace. What opens them is written, never read. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';

const tag = 'data-quality';
const read = 'data-quality:read' as const;
const connect = 'data-quality:connect' as const;

export const connectionProblems = problems('data-quality', {
  connectionNotFound: [404, 'No connection has the id {id}.'],
  connectionUnknown: [422, 'No connection has the name {name}.'],
  connectionExists: [409, 'There is a connection of the name {name} already.'],
  connectionInUse: [409, 'Monitors read through this connection: {monitors}. Point them elsewhere first.'],
  connectionsFull: [409, 'There are {most} connections already: remove one first.'],
  // Says what is missing and nothing of what was given: it holds a password.
  authorityUnfit: [422, 'The certificate authority cannot be used: {reason}.'],
  connectionUnfit: [422, 'The connection string cannot be used: {reason}.'],
});

/** Named in sources, so it is never changed. */
export const ConnectionName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/, 'up to 80 letters, digits, dots, dashes and underscores, a letter or digit first');
export const Encryption = z.enum(['verified', 'unverified', 'none']);

export const Connection = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: z.literal('postgresql'),
  host: z.string(),
  port: z.int(),
  database: z.string(),
  user: z.string(),
  encryption: Encryption.describe('unverified: encrypted, but nobody checked who answers.'),
  authorities: z
    .array(z.object({ subject: z.string(), until: z.iso.datetime() }))
    .describe('Who vouches for the database: only these. Empty: the public authorities.'),
  statementTimeoutMs: z.int().describe('Longest time of one statement at the database.'),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  version: z.int().min(1),
});
export type Connection = z.infer<typeof Connection>;

const connectionString = z
  .string()
  .min(1)
  .max(4096)
  .describe(
    'postgresql://user:password@host:port/database?sslmode=verify-full. Kept sealed and never given out again. sslmode is verify-full (the default), require or disable.',
  );
const certificateAuthority = z
  .string()
  .min(1)
  .max(65_536)
  .describe('Certificates in PEM that vouch for the database, as its operator hands them out; with verify-full only they do.');
const statementTimeoutMs = z.int().min(1000).max(600_000);

export const listConnections = endpoint({
  method: 'GET',
  path: '/api/data-quality/connections',
  tag,
  operation: 'connections',
  access: read,
  summary: 'Databases whose tables may be checked, newest first',
  input: z.object(paging),
  output: pageOf(Connection),
});
export const getConnection = endpoint({
  method: 'GET',
  path: '/api/data-quality/connections/:id',
  tag,
  operation: 'connection',
  access: read,
  summary: 'One connection, without what opens it',
  input: z.object({ id: z.uuid() }),
  output: Connection,
});
export const addConnection = endpoint({
  method: 'POST',
  path: '/api/data-quality/connections',
  tag,
  operation: 'add-connection',
  access: connect,
  stepUp: true,
  status: 201,
  summary: 'Connect a PostgreSQL database: give it a role that may only read',
  input: z.strictObject({
    name: ConnectionName,
    connectionString,
    certificateAuthority: certificateAuthority.optional().describe('Left out: the public authorities vouch.'),
    statementTimeoutMs: statementTimeoutMs.default(60_000),
  }),
  output: Connection,
});
export const changeConnection = endpoint({
  method: 'PUT',
  path: '/api/data-quality/connections/:id',
  tag,
  operation: 'change-connection',
  access: connect,
  stepUp: true,
  summary: 'Other credentials, another place, another time limit; the name stays',
  input: z.strictObject({
    id: z.uuid(),
    version: z.int().min(1).optional().describe('The version you saw; refused with 409 when it changed since.'),
    connectionString: connectionString.optional(),
    certificateAuthority: certificateAuthority.nullable().optional().describe('null: the public authorities vouch from now on.'),
    statementTimeoutMs: statementTimeoutMs.optional(),
  }),
  output: Connection,
});
export const removeConnection = endpoint({
  method: 'DELETE',
  path: '/api/data-quality/connections/:id',
  tag,
  operation: 'remove-connection',
  access: connect,
  stepUp: true,
  summary: 'Remove a connection and its secret; refused while monitors read through it',
  input: z.object({ id: z.uuid() }),
  output: Connection,
});
export const ConnectionTest = z.object({
  works: z.boolean(),
  problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
  facts: z
    .object({
      version: z.string(),
      role: z.string(),
      mayWrite: z.boolean().describe('Checks never write; a role that could is still more than they need.'),
      reasons: z.array(z.string()).describe('What lets the role write.'),
      readableTables: z.int().min(0),
    })
    .nullable(),
});
export type ConnectionTest = z.infer<typeof ConnectionTest>;
export const testConnection = endpoint({
  method: 'POST',
  path: '/api/data-quality/connections/:id/test',
  tag,
  operation: 'test-connection',
  access: connect,
  timeoutMs: 60_000,
  ratePerMinute: 30,
  summary: 'Open it, read the version and what its role may do',
  input: z.strictObject({ id: z.uuid() }),
  output: ConnectionTest,
});
export const listConnectionTables = endpoint({
  method: 'GET',
  path: '/api/data-quality/connections/:id/tables',
  tag,
  operation: 'connection-tables',
  access: 'data-quality:create',
  timeoutMs: 60_000,
  ratePerMinute: 60,
  summary: 'Tables the role may read, by name; at most 10,000',
  input: z.object({ id: z.uuid() }),
  output: z.object({ tables: z.array(z.object({ schema: z.string(), table: z.string() })) }),
});
