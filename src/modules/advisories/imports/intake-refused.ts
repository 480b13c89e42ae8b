/** Thrown while a file is taken in when it, or an entry of it, cannot be read; the message ends the sentence "The file … : it …". */
export class IntakeRefused extends Error {
  override readonly name = 'IntakeRefused';
}
