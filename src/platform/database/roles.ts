/** The roles of the platform. Roles belong to the server, not to one database: made before the first migration. */
import pg from 'pg';
import { databaseProblems, sqlState } from './database-problem.ts';

export const applicationRole = 'aispm_app';
export const systemRole = 'aispm_system';
export const jobsRole = 'aispm_jobs';

/** Roles without any power of their own; `login` only where the server is ours alone. */
const roles = [applicationRole, systemRole, jobsRole] as const;

/**
 * Makes the roles and lets the login act as them.
 * @throws database.rolesMissing with the statements an administrator must run, when the login may not.
 */
export async function prepareRoles(client: pg.Client, { canLogin }: { canLogin: boolean }): Promise<void> {
  const { rows } = await client.query<{ name: string }>('select rolname as name from pg_roles where rolname = any($1)', [roles]);
  const known = new Set(rows.map(({ name }) => name));
  for (const role of roles) {
    if (!known.has(role))
      await attemptAs(
        client,
        `create role ${role} ${canLogin ? 'login' : 'nologin'} nosuperuser nobypassrls nocreatedb nocreaterole noinherit`,
      );
  }
  // Acting as the system role is a deliberate step (set local role), never inherited.
  await grantMembership(client, systemRole, applicationRole);
  const { rows: own } = await client.query<{ name: string; superuser: boolean }>(
    'select rolname as name, rolsuper as superuser from pg_roles where rolname = current_user',
  );
  const login = own[0];
  if (login === undefined || login.superuser) return;
  for (const role of roles) await grantMembership(client, role, login.name);
}

async function grantMembership(client: pg.Client, role: string, member: string): Promise<void> {
  const { rows } = await client.query('select 1 from pg_auth_members where roleid = $1::regrole and member = $2::regrole', [
    role,
    pg.escapeIdentifier(member),
  ]);
  if (rows.length > 0) return;
  const { rows: version } = await client.query<{ number: number }>("select current_setting('server_version_num')::int as number");
  // Before 16 inheritance is a property of the member, and ours are made NOINHERIT.
  const options = (version[0]?.number ?? 0) >= 160_000 ? ' with inherit false, set true' : '';
  await attemptAs(client, `grant ${role} to ${pg.escapeIdentifier(member)}${options}`);
}

async function attemptAs(client: pg.Client, statement: string): Promise<void> {
  try {
    await client.query(statement);
  } catch (error) {
    // Another process made it a moment ago.
    if (sqlState(error) === '42710' || sqlState(error) === '23505') return;
    if (sqlState(error) !== '42501') throw error;
    const { rows } = await client.query<{ login: string }>('select current_user as login');
    throw databaseProblems.rolesMissing({
      login: rows[0]?.login ?? '?',
      reason: error instanceof Error ? error.message : '',
      statements: administratorStatements(rows[0]?.login ?? '?'),
    });
  }
}

function administratorStatements(login: string): string {
  const name = pg.escapeIdentifier(login);
  return [
    ...roles.map((role) => `create role ${role} nologin nosuperuser nobypassrls noinherit;`),
    `grant ${systemRole} to ${applicationRole};`,
    `grant ${roles.join(', ')} to ${name};`,
  ].join(' ');
}
