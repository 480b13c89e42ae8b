/** On the sign-in page: one button for each provider, and why the last try was refused. */
import { LogIn } from 'lucide-react';
import { linkTo } from '../../../client/request.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { buttonClass } from '../../../ui/button.tsx';
import { useQueryValue } from '../../../ui/query-state.ts';
import { beginProviderSignIn, identityProblems, listSignInChoices, singleSignOnProblems } from '../contract.ts';

/** The sentence of a code we know. The address can name a code, never words. */
function sentenceOf(code: string): string {
  const known = { ...identityProblems, ...singleSignOnProblems };
  const name = code.startsWith('identity.') ? code.slice('identity.'.length) : '';
  const make = Object.entries(known).find(([one]) => one === name)?.[1];
  return make === undefined ? 'This sign-in was refused. Begin again, or ask your admin.' : make().message;
}

export function RefusedSignIn() {
  const [refused] = useQueryValue('refused');
  if (refused === null) return null;
  return (
    <div role="alert" className="mb-4 rounded-control border border-critical bg-critical-tint px-3 py-2 text-critical-ink">
      <p className="font-name">{sentenceOf(refused)}</p>
    </div>
  );
}

/** Links, not buttons: they leave this app for the provider. Nothing is shown when there is none, or while that is not known. */
export function ProviderButtons({ next }: { next: string }) {
  const choices = useEndpoint(listSignInChoices, {});
  const items = choices.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <ul className="mt-2 grid gap-2">
      {items.map(({ slug, name }) => (
        <li key={slug}>
          <a
            href={linkTo(beginProviderSignIn, { slug, ...(next === '/' ? {} : { next }) })}
            className={`${buttonClass('secondary', 'form')} w-full`}
          >
            <LogIn size={16} aria-hidden="true" />
            <span className="truncate">Sign in with {name}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
