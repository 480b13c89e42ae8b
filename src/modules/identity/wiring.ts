/** What the gateway takes from identity besides its routes. */
import type { Identify } from '../../platform/http/server-parts.ts';
import { permissionMatrix } from './people/permission-matrix.ts';
import { identify } from './sign-in/identify.ts';

export { applyDeclaredProviders } from './single-sign-on/environment.ts';

/** Reads the permission matrix, so that a broken one ends the start, and answers who sends a request. */
export function installIdentity(): Identify {
  permissionMatrix();
  return identify;
}
