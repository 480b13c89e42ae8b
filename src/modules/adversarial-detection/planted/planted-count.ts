/** What a planted test counted. */
export type PlantedCount = {
  readonly planted: number;
  readonly found: number;
  readonly missed: string[];
  readonly cleanRows: number;
  readonly falseFlags: number;
};

/** Adds one case: an attack that must be found, or a control that must not be flagged. */
export function counted(
  cases: readonly { readonly name: string; readonly isAttack: boolean; readonly isFlagged: boolean }[],
): PlantedCount {
  const attacks = cases.filter(({ isAttack }) => isAttack);
  const clean = cases.filter(({ isAttack }) => !isAttack);
  return {
    planted: attacks.length,
    found: attacks.filter(({ isFlagged }) => isFlagged).length,
    missed: attacks
      .filter(({ isFlagged }) => !isFlagged)
      .map(({ name }) => name)
      .slice(0, 50),
    cleanRows: clean.length,
    falseFlags: clean.filter(({ isFlagged }) => isFlagged).length,
  };
}
