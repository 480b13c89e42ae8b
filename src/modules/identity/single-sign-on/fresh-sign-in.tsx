/** For whoever came by a provider and has no proof of their own here: signing in there anew is the fresh proof. */
import { linkTo } from '../../../client/request.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { buttonClass } from '../../../ui/button.tsx';
import { beginProviderSignIn, listConnectedSignIns } from '../contract.ts';

export function FreshSignIn() {
  const connected = useEndpoint(listConnectedSignIns, {});
  const here = `${window.location.pathname}${window.location.search}`;
  const usable = (connected.data?.items ?? []).filter(({ provider }) => provider.enabled && provider.kind !== 'oauth2');
  return usable.map(({ id, provider: { slug, name } }) => (
    <a key={id} href={linkTo(beginProviderSignIn, { slug, next: here, fresh: true })} className={buttonClass('primary')}>
      Prove it at {name}
    </a>
  ));
}
