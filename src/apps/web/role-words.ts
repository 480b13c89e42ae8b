/** Roles as people say them. */
const words: ReadonlyMap<string, string> = new Map([
  ['admin', 'Admin'],
  ['ciso', 'CISO'],
  ['compliance_officer', 'Compliance officer'],
  ['analyst', 'Security analyst'],
  ['engineer', 'Engineer'],
  ['auditor', 'Auditor'],
]);
export function roleWords(role: string): string {
  return words.get(role) ?? role.replaceAll('_', ' ');
}
