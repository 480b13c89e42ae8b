/** The button that sends a form, quieter than the one thing its page is for. */
import { useFormContext } from 'react-hook-form';
import { Button } from '../../../ui/button.tsx';

export function SaveLine({ words, note, kind = 'secondary' }: { words: string; note?: string; kind?: 'primary' | 'secondary' }) {
  const { formState } = useFormContext();
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button type="submit" data-saves kind={kind} busy={formState.isSubmitting && 'Saving…'}>
        {words}
      </Button>
      {note !== undefined && <span className="text-ink-3">{note}</span>}
    </div>
  );
}
