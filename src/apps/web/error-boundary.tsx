/** A defect of one part stays in that part, and can be tried again. A class because React has no other way to catch. */
import { Component, type ReactNode } from 'react';
import { ProblemNote } from '../../ui/loaded.tsx';

type Props = { children: ReactNode };
type State = { error: unknown };

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <section aria-labelledby="defect" className="min-h-0 flex-1 bg-surface p-2 pt-6">
        <h1 id="defect" className="px-4 text-title font-title tablet:px-6">
          This page stopped
        </h1>
        <ProblemNote
          error={isStaleChunk(error) ? staleChunk : error}
          onRetry={() => (isStaleChunk(error) ? window.location.reload() : this.setState({ error: null }))}
        />
      </section>
    );
  }
}

const staleChunk = {
  code: 'web.newVersion',
  message: 'A newer version of this page was installed, or the connection broke. Trying again loads it afresh.',
};
const isStaleChunk = (error: unknown): boolean =>
  error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);
