/** What this installation runs with, and the name of its workspace. */
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';

const tag = 'settings';
export const SettingRow = z.object({
  name: z.string(),
  says: z.string(),
  value: z.string().describe('Secrets read `set` or `unset`, never their value.'),
  fallback: z.string(),
  source: z.enum(['environment', 'default']),
  secret: z.boolean(),
});
export const listSettings = endpoint({
  method: 'GET',
  path: '/api/settings',
  tag,
  operation: 'list',
  access: 'settings:read',
  summary: 'Every setting with meaning, present value and where it comes from',
  input: z.object({}),
  output: z.object({ settings: z.array(SettingRow) }),
});
export const Workspace = z.object({ id: z.uuid(), name: z.string(), unit: z.string().nullable(), createdAt: z.iso.datetime() });
export type Workspace = z.infer<typeof Workspace>;
export const getWorkspace = endpoint({
  method: 'GET',
  path: '/api/settings/workspace',
  tag,
  operation: 'read-workspace',
  access: 'signed-in',
  summary: 'Name and unit of this workspace',
  input: z.object({}),
  output: Workspace,
});
export const renameWorkspace = endpoint({
  method: 'PATCH',
  path: '/api/settings/workspace',
  tag,
  operation: 'rename-workspace',
  access: 'settings:update',
  summary: 'Change name or unit of this workspace',
  input: z.strictObject({
    name: z.string().trim().min(1).max(200).optional(),
    unit: z.string().trim().min(1).max(200).nullable().optional(),
  }),
  output: Workspace,
});
