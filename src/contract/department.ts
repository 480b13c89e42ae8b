/** When two departments are the same: asked by the server's check and by the pages that show what it will say. */

/** Alike after outer blanks and case: compared in one form of composed letters, as both may be typed on different systems. Pure. */
export function isSameDepartment(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && formOf(one) !== '' && formOf(one) === formOf(other);
}

/** Up and down again: `ß` and `SS`, and both small sigmas, are alike then, as in full case folding. */
function formOf(text: string): string {
  return text.normalize('NFC').trim().toUpperCase().toLowerCase().normalize('NFC');
}
