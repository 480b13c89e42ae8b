/**
 * Replaces `react-remove-scroll` in the bundle: that package locks scrolling with an injected style element, which the page's policy
 * refuses. Menus and dialogs here scroll inside themselves, so nothing needs the lock.
 */
import type { Plugin } from 'vite';

const replaced = 'react-remove-scroll';
const replacement = '\0no-scroll-lock';
const code = `import { createElement } from 'react';
export function RemoveScroll({ as = 'div', children }) { return createElement(as, null, children); }`;

export function noScrollLock(): Plugin {
  return {
    name: 'no-scroll-lock',
    enforce: 'pre',
    resolveId: (id) => (id === replaced ? replacement : undefined),
    load: (id) => (id === replacement ? code : undefined),
  };
}
