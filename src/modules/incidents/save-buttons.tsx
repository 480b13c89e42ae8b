/** The two answers of a dialog that writes something. */
import { Button } from '../../ui/button.tsx';

type SaveButtonsProps = { isBusy: boolean; isReady: boolean; onSave: () => void; onClose: () => void };

export function SaveButtons({ isBusy, isReady, onSave, onClose }: SaveButtonsProps) {
  return (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button kind="primary" busy={isBusy && 'Saving…'} disabled={!isReady} onClick={onSave}>
        Save
      </Button>
    </>
  );
}
