/** Actions in words, where the word itself does not say it; others stand as they are. */
const words: ReadonlyMap<string, string> = new Map([
  ['identity.login', 'Sign-in'],
  ['identity.logout', 'Sign-out'],
  ['identity.register', 'Registration'],
  ['identity.change-user', 'Change of a person'],
  ['identity.invite', 'Invitation'],
  ['identity.revoke-invitation', 'Invitation revoked'],
  ['identity.end-session', 'Session ended'],
  ['identity.end-other-sessions', 'Other sessions ended'],
  ['identity.change-password', 'Change of password'],
  ['identity.add-factor', 'Second factor added'],
  ['identity.remove-factor', 'Second factor removed'],
  ['identity.remove-factors-of', "Somebody's second factors removed"],
  ['identity.start-totp', 'Enrolment of an app begun'],
  ['identity.renew-recovery-codes', 'New recovery codes'],
  ['identity.use-recovery-code', 'Recovery code used'],
  ['identity.use-passkey', 'Copied passkey refused'],
  ['identity.verify-session', 'Fresh proof'],
  ['identity.change-factor-policy', 'Change of what a role must have'],
  ['audit-logs.list', 'Reading of the audit log'],
  ['audit-logs.read', 'Reading of an audit entry'],
]);

/** `ai-assets.update` reads `Update, ai assets`. */
export function actionWords(action: string): string {
  const known = words.get(action);
  if (known !== undefined) return known;
  const [slice = action, verb] = action.split('.');
  if (verb === undefined) return action;
  const text = `${verb}, ${slice}`.replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
