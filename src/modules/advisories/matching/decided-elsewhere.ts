/** Java and .NET leave a version out, or name it by a property, where a parent, a BOM or a central list has it. */
type Named = { readonly ecosystem: string; readonly version: string | null; readonly requirement: string | null };

/** @returns true when every advisory of the package would be unknown, and none of them says anything. Pure. */
export function isDecidedElsewhere({ ecosystem, version, requirement }: Named): boolean {
  if (ecosystem !== 'Maven' && ecosystem !== 'NuGet') return false;
  return version === null && (requirement === null || requirement === '' || /\$[({]/.test(requirement));
}
