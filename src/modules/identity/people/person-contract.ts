/** A person, as others see them and as they see themselves. */
import { z } from 'zod';
import { Permission, Role } from '../../../contract/permission.ts';

export const User = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: Role,
  department: z.string().nullable(),
  active: z.boolean().describe('false: locked by an admin, cannot sign in.'),
  lockedUntil: z.iso.datetime().nullable().describe('After failed sign-ins, until then.'),
  failedSignIns: z.int().min(0).describe('Since the last good one; forgotten a day after the last.'),
  factors: z.array(z.string()).describe('Kinds of second factors enrolled: totp, passkey, security-key.'),
  factorDueAt: z.iso.datetime().nullable().describe('When the role demands a second factor and none is enrolled: until when one must be.'),
  createdAt: z.iso.datetime(),
  lastSignInAt: z.iso.datetime().nullable(),
});
export type User = z.infer<typeof User>;

/** Null: no second factor is demanded, or one is enrolled. */
export const FactorDemand = z
  .object({
    dueAt: z.iso.datetime().describe('Afterwards sign-in admits only to enrolment.'),
    enrolmentOnly: z.boolean().describe('This session gives no permission until a second factor is enrolled.'),
  })
  .nullable();
export type FactorDemand = z.infer<typeof FactorDemand>;

export const CurrentUser = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: Role,
  permissions: z.array(Permission),
  department: z.string().nullable(),
  ownDepartmentOnly: z.boolean().describe('The workspace holds this person to assets of their own department.'),
  workspace: z.object({ id: z.uuid(), name: z.string() }),
  session: z.object({ id: z.uuid(), startedAt: z.iso.datetime(), expiresAt: z.iso.datetime() }),
  factorDemand: FactorDemand,
  hasPassword: z.boolean().describe('false: comes by a provider only.'),
});
export type CurrentUser = z.infer<typeof CurrentUser>;
