/** Roles as people say them, in the order of their reach. */
import { Role } from '../../../contract/permission.ts';

const words: Readonly<Record<Role, string>> = {
  admin: 'Admin',
  ciso: 'CISO',
  compliance_officer: 'Compliance officer',
  analyst: 'Security analyst',
  engineer: 'AI/ML engineer',
  auditor: 'Auditor',
};

export function roleWord(role: Role): string {
  return words[role];
}
export const roleChoices = Role.options.map((value) => ({ value, label: words[value] }));
