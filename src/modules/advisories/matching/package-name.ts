/** Names of packages as their ecosystem compares them. */
import type { Ecosystem } from '../versions/order.ts';

/**
 * @returns the one form under which equal names meet. PyPI by PEP 503; NuGet, Packagist and npm without case;
 *   crates.io takes - and _ for the same; Go paths, Maven coordinates and gems are compared as written.
 */
export function normalName(ecosystem: Ecosystem, name: string): string {
  switch (ecosystem) {
    case 'PyPI':
      return name.toLowerCase().replace(/[-_.]+/g, '-');
    case 'NuGet':
    case 'Packagist':
    case 'npm':
      return name.toLowerCase();
    case 'crates.io':
      return name.toLowerCase().replaceAll('_', '-');
    default:
      return name;
  }
}

/** Under what an advisory and a component meet. */
export function packageKey(ecosystem: Ecosystem, name: string): string {
  return `${ecosystem}\0${normalName(ecosystem, name)}`;
}
