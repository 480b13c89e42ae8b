/** Addresses that lead nowhere, and pages this person may not open. */
import { useLocation } from 'wouter';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { InertText } from '../../ui/inert-text.tsx';
import { EmptyNote } from '../../ui/loaded.tsx';
import { Screen } from '../../ui/screen.tsx';
import { roleWords } from './role-words.ts';

export function NoPage({ location }: { location: string }) {
  return (
    <Screen title="No page here">
      <EmptyNote
        kind="no-match"
        title="This address leads nowhere"
        actions={
          <>
            <ButtonLink to="/">Go to the first page</ButtonLink>
            <Button kind="quiet" onClick={() => window.history.back()}>
              Back
            </Button>
          </>
        }
      >
        <code className="text-code">
          <InertText text={location} limit={200} />
        </code>
      </EmptyNote>
    </Screen>
  );
}

export function RefusedPage({ title, permission, role }: { title: string; permission: string; role: string }) {
  const [, navigate] = useLocation();
  return (
    <Screen title={title}>
      <EmptyNote
        kind="no-match"
        title={`${roleWords(role)} may not open this page`}
        actions={<Button onClick={() => navigate('/')}>Go to the first page</Button>}
      >
        It needs <code className="text-code">{permission}</code>. An admin can give you a role that has it.
      </EmptyNote>
    </Screen>
  );
}
