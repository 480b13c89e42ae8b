/** Departments: whether engineers change only assets of their own. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';

const tag = 'identity';

/** As the inventory writes it; compared without regard to case and outer blanks. */
export const Department = z
  .string()
  .trim()
  .min(1, 'A department has a name.')
  .max(120)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'A department has no control characters.');

export const DepartmentRule = z.object({
  ownOnly: z.boolean().describe('Engineers change only assets of their own department.'),
  engineers: z.int().min(0).describe('Active engineers.'),
  without: z.int().min(0).describe('Of them, without a department: under the rule they change none.'),
});
export type DepartmentRule = z.infer<typeof DepartmentRule>;
export const readDepartmentRule = endpoint({
  method: 'GET',
  path: '/api/settings/departments',
  summary: 'Whether engineers change only assets of their own department',
  access: 'settings:read',
  input: z.object({}),
  output: DepartmentRule,
  tag,
  operation: 'read-department-rule',
});
export const changeDepartmentRule = endpoint({
  method: 'PATCH',
  path: '/api/settings/departments',
  summary: 'Hold engineers to assets of their own department, or no longer',
  description: 'Takes effect on their next request, in other processes within a second; for sessions, API keys and access tokens.',
  access: 'settings:update',
  stepUp: true,
  input: z.strictObject({ ownOnly: z.boolean() }),
  output: DepartmentRule,
  tag,
  operation: 'change-department-rule',
});
