/** The roles of the platform. Roles belong to the server, not to one database: made before the first migration. */
import pg from 'pg';
import { databaseProblems, sqlState } from './database-problem.ts';

export const applicationRole = 'aispm_app';
export const systemRole = 'aispm_system';
export const jobsRole = 'aispm_jobs';

/** Roles without any power of their own; `login` only where the server is ours alone. */
const roles = [applicationRole, systemRole, jobsRole] as const;

/** `canLogin` only on the embedded server. `password` is null where its socket's folder says who may enter. */
type RoleLogin = { readonly canLogin: boolean; readonly password: string | null };

/**
 * Makes the roles and lets the login act as them.
 * @throws database.rolesMissing with the statements an administrator must run, when the login may not.
 */
export async function prepareRoles(client: pg.Client, { canLogin, password }: RoleLogin): Promise<void> {
  const { rows } = await client.query<{ name: string }>('select rolname as name from pg_roles where rolname = any($1)', [roles]);
  const secret = password === null ? '' : ` password ${pg.escapeLiteral(password)}`;
  const known = new Set(rows.map(({ name }) => name));
  for (const role of roles) {
    if (!known.has(role))
      await attemptAs(
        client,
        `create role ${role} ${canLogin ? 'login' : 'nologin'} nosuperuser nobypassrls nocreatedb nocreaterole noinherit${secret}`,
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
  // From 16 on, whoever makes a role is its member but may not act as it. Before, a role's own NOINHERIT decides about inheritance.
  const { rows } = await client.query<{ done: boolean; detailed: boolean }>(
    `select case when detailed then pg_has_role($1, $2, 'SET') else pg_has_role($1, $2, 'MEMBER') end as done, detailed
     from (select current_setting('server_version_num')::int >= 160000 as detailed) as version`,
    [member, role],
  );
  const { done, detailed } = rows[0] ?? { done: false, detailed: false };
  if (!done) await attemptAs(client, `grant ${role} to ${pg.escapeIdentifier(member)}${detailed ? ' with inherit false, set true' : ''}`);
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
