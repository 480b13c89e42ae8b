/** What a link carries behind its `#`, which browsers send to no server and so stands in no log: a token, mostly. */
import { useEffect, useState } from 'react';

const readFragment = () => window.location.hash.slice(1);

/**
 * The newest one this page was reached with, '' for none. It goes out of the address, where the history of the browser would keep it;
 * only once the page stands, because a page that is still loading may be begun twice, and the second beginning would find nothing.
 */
export function useLinkFragment(): string {
  const [fragment, setFragment] = useState(readFragment);
  useEffect(() => {
    const take = () => {
      const found = readFragment();
      if (found === '') return;
      setFragment(found);
      window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
    };
    take();
    // Another link opened in the same tab loads nothing anew.
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  return fragment;
}
