/** Chooses files: by a button, a folder, or by dropping them. */
import { FolderUp, Upload as UploadIcon, X } from 'lucide-react';
import { type ChangeEvent, type DragEvent, useRef, useState } from 'react';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { classNames } from '../../../ui/class-names.ts';
import { formatBytes, plural } from '../../../ui/format.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { uploadLimits } from '../contract.ts';
import { droppedFiles } from './dropped-files.tsx';
import type { ChosenFile } from './upload-files.tsx';

const mostFiles = 2000;
const mostShown = 200;

function chosenFrom(list: FileList | null): ChosenFile[] {
  return [...(list ?? [])].map((file) => ({ name: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file }));
}

type UploadPanelProps = { files: readonly ChosenFile[]; onChange: (files: readonly ChosenFile[]) => void; disabled: boolean };

export function UploadPanel({ files, onChange, disabled }: UploadPanelProps) {
  const limits = useEndpoint(uploadLimits, {});
  const add = (more: readonly ChosenFile[]): void => {
    const byName = new Map([...files, ...more].map((one) => [one.name, one]));
    onChange([...byName.values()].slice(0, mostFiles));
  };
  const free =
    limits.data === undefined ? null : Math.max(0, Math.min(limits.data.uploadBytes, limits.data.quotaBytes - limits.data.usedBytes));
  return (
    <div>
      <DropZone onFiles={add} disabled={disabled} free={free} />
      {files.length > 0 && <ChosenFiles files={files} onChange={onChange} disabled={disabled} free={free} />}
    </div>
  );
}

type DropZoneProps = { onFiles: (files: readonly ChosenFile[]) => void; disabled: boolean; free: number | null };
function DropZone({ onFiles, disabled, free }: DropZoneProps) {
  const single = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const drop = async (event: DragEvent): Promise<void> => {
    event.preventDefault();
    setOver(false);
    if (!disabled) onFiles(await droppedFiles(event.dataTransfer));
  };
  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    onFiles(chosenFrom(event.target.files));
    event.target.value = '';
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the buttons inside do the same
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
      className={classNames(
        'flex flex-col items-center gap-3 rounded-form border border-dashed px-4 py-6 text-center',
        isOver ? 'border-accent bg-accent-tint' : 'border-line-strong bg-sunken',
      )}
    >
      <p className="text-ink-2">Drop model files or a folder here, or choose them.</p>
      <div className="flex flex-wrap justify-center gap-2">
        <Button icon={UploadIcon} disabled={disabled} onClick={() => single.current?.click()}>
          Choose files
        </Button>
        <Button icon={FolderUp} disabled={disabled} onClick={() => folder.current?.click()}>
          Choose a folder
        </Button>
      </div>
      <input ref={single} type="file" multiple aria-label="Files to scan" className="sr-only" tabIndex={-1} onChange={choose} />
      <input
        ref={(element) => {
          element?.setAttribute('webkitdirectory', '');
          folder.current = element;
        }}
        type="file"
        aria-label="Folder to scan"
        className="sr-only"
        tabIndex={-1}
        onChange={choose}
      />
      <p className="text-label text-ink-3">
        {free === null ? 'Free space unknown.' : `Up to ${formatBytes(free)} now.`} They stay in quarantine until their scan ends, then they
        are removed.
      </p>
    </div>
  );
}

function ChosenFiles({ files, onChange, disabled, free }: UploadPanelProps & { free: number | null }) {
  const size = files.reduce((sum, { file }) => sum + file.size, 0);
  return (
    <>
      <p className="mt-3 mb-1 flex items-baseline gap-3 font-name">
        {plural(files.length, 'file')}, {formatBytes(size)}
        <Button kind="quiet" size="small" disabled={disabled} onClick={() => onChange([])}>
          Remove all
        </Button>
      </p>
      {free !== null && size > free && <p className="text-high-ink">That is more than fits now.</p>}
      <ScrollRegion label="Chosen files" className="max-h-44 overflow-y-auto">
        <ul>
          {files.slice(0, mostShown).map(({ name, file }) => (
            <li key={name} className="flex items-center gap-2 border-b border-line py-0.5 last:border-0">
              <span className="mono min-w-0 flex-1 truncate text-code" title={name}>
                <InertText text={name} limit={300} />
              </span>
              <span className="text-label text-ink-2 tabular-nums">{formatBytes(file.size)}</span>
              <IconButton
                icon={X}
                size={14}
                label={`Leave out ${name}`}
                disabled={disabled}
                onClick={() => onChange(files.filter((one) => one.name !== name))}
              />
            </li>
          ))}
        </ul>
      </ScrollRegion>
      {files.length > mostShown && <p className="text-ink-3">and {plural(files.length - mostShown, 'more file')}</p>}
    </>
  );
}
