/** Starts a scan: of a folder, of uploaded files, or of a model in a store. */
import { useEffect, useState } from 'react';
import { request } from '../../../client/request.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { formatBytes } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { type Tab, Tabs } from '../../../ui/tabs.tsx';
import {
  Profile,
  removeUpload,
  type Scan,
  type ScanSource,
  type StoreKind,
  scannableRoots,
  startScan,
  storeKinds,
  uploadLabel,
} from '../contract.ts';
import { profileWords, storeWords } from '../sources/source-words.tsx';
import { StorePanel } from '../sources/store-panel.tsx';
import { assetOfChoice, UploadAsset, useAssetChoice } from '../uploads/upload-asset.tsx';
import { type ChosenFile, type UploadProgress, useUpload } from '../uploads/upload-files.tsx';
import { UploadPanel } from '../uploads/upload-panel.tsx';

type StartScanProps = {
  open: boolean;
  onClose: () => void;
  onStarted: (scan: Scan) => void;
  /** Files that were dropped on the page. */
  dropped?: readonly ChosenFile[];
};
type Place = 'folder' | 'upload' | StoreKind;

export function StartScanDialog(props: StartScanProps) {
  return props.open ? <OpenDialog {...props} /> : null;
}

/** What was chosen, and beginning it. */
function useStart({ onClose, onStarted, dropped = [] }: StartScanProps) {
  const [place, setPlace] = useState<Place>(dropped.length > 0 ? 'upload' : 'folder');
  const [path, setPath] = useState('');
  const [stored, setStored] = useState<ScanSource | null>(null);
  const [files, setFiles] = useState<readonly ChosenFile[]>(dropped);
  const [profile, setProfile] = useState<Profile>('standard');
  const [asset, setAsset] = useAssetChoice();
  const label = uploadLabel(files.map(({ name }) => name));
  const upload = useUpload();
  const start = useChange(startScan, { onDone: onStarted });
  const owner = assetOfChoice(asset, label);
  const named = place === 'folder' ? (path === '' ? null : { path }) : stored;
  const canStart = place === 'upload' ? files.length > 0 && owner !== null : named !== null;
  const beginUpload = async () => {
    const whole = owner === null ? null : await upload.send(files);
    if (whole === null) return null;
    const started = await start.run({ source: { upload: whole.id }, profile, ...owner });
    // No scan takes it: it would hold its place in the quota until the sweeper comes.
    if (started === null) void request(removeUpload, { id: whole.id }).catch(() => null);
    return started;
  };
  const begin = async (): Promise<void> => {
    if (!canStart) return;
    const started = place === 'upload' ? await beginUpload() : named === null ? null : await start.run({ source: named, profile });
    if (started !== null) onClose();
  };
  const choose = (next: string): void => {
    setPlace(next as Place);
    setStored(null);
    start.reset();
  };
  return {
    place,
    choose,
    path,
    setPath,
    stored,
    setStored,
    files,
    setFiles,
    asset,
    setAsset,
    label,
    profile,
    setProfile,
    upload,
    start,
    canStart,
    begin,
  };
}
type Start = ReturnType<typeof useStart>;

function OpenDialog(props: StartScanProps) {
  const chosen = useStart(props);
  const { place, choose, profile, setProfile, upload, start, canStart, begin } = chosen;
  const isUploading = upload.progress !== null;
  return (
    <Dialog
      open
      width="wide"
      onClose={() => {
        upload.cancel();
        props.onClose();
      }}
      title="Scan models"
      description="Every file is identified by its content and read in a worker; nothing is loaded or executed."
      actions={
        <>
          <Button onClick={isUploading ? upload.cancel : props.onClose}>{isUploading ? 'Stop the upload' : 'Cancel'}</Button>
          <Button
            kind="primary"
            disabled={!canStart}
            busy={isUploading ? 'Uploading…' : start.isRunning && 'Starting…'}
            onClick={() => void begin()}
          >
            {place === 'upload' ? 'Upload and scan' : 'Start the scan'}
          </Button>
        </>
      }
    >
      <div className="-mx-5 mb-3">
        <Tabs label="Where the models are" tabs={placeTabs(chosen)} value={place} onChange={choose} />
      </div>
      {upload.progress === null ? (
        <div className="max-w-90">
          <Choice
            label="How thorough"
            value={profile}
            choices={Profile.options.map((value) => ({ value, label: profileWords[value] }))}
            onChange={(value) => setProfile(Profile.parse(value))}
          />
        </div>
      ) : (
        <Sending progress={upload.progress} />
      )}
      {upload.problem !== null && <ProblemNote error={upload.problem} />}
      {start.problem !== null && <ProblemNote error={start.problem} />}
    </Dialog>
  );
}

function placeTabs(chosen: Start): Tab[] {
  const { path, setPath, stored, setStored, begin } = chosen;
  const tabs: Tab[] = [
    { id: 'folder', label: 'Folder', content: <FolderPanel path={path} onChange={setPath} onEnter={() => void begin()} /> },
    { id: 'upload', label: 'Upload', content: <UploadTab {...chosen} /> },
    ...storeKinds.map((kind) => ({
      id: kind,
      label: storeWords[kind].word,
      content: <StorePanel kind={kind} chosen={stored} onChoose={setStored} />,
    })),
  ];
  return tabs.map((tab) => ({ ...tab, content: <div className="px-5 pt-4">{tab.content}</div> }));
}

function UploadTab({ files, setFiles, asset, setAsset, label, upload }: Start) {
  const isUploading = upload.progress !== null;
  return (
    <>
      <UploadPanel files={files} onChange={setFiles} disabled={isUploading} />
      {files.length > 0 && <UploadAsset choice={asset} onChange={setAsset} label={label} disabled={isUploading} />}
    </>
  );
}

function Sending({ progress: { sent, size, current, ratePerSecond } }: { progress: UploadProgress }) {
  return (
    <div role="status">
      <Progress
        label={`Uploading ${inertLine(current, 120)}`}
        facts={{
          done: Math.round(sent / 1e6),
          total: Math.max(1, Math.round(size / 1e6)),
          unit: 'MB',
          note: ratePerSecond === null ? null : `${formatBytes(ratePerSecond)}/s`,
        }}
      />
    </div>
  );
}

function FolderPanel({ path, onChange, onEnter }: { path: string; onChange: (path: string) => void; onEnter: () => void }) {
  const roots = useEndpoint(scannableRoots, {});
  const folder = path.replace(/[^/\\]*$/, '');
  // Above a root there is nothing this installation may list.
  const isInside = roots.data?.roots.some((root) => folder.startsWith(`${root}/`)) ?? false;
  const below = useEndpoint(scannableRoots, { path: folder }, { enabled: isInside, keepPrevious: true });
  const first = roots.data?.roots[0];
  useEffect(() => {
    if (path === '' && first !== undefined) onChange(first);
  }, [path, first, onChange]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onEnter();
      }}
    >
      <TextLine
        label="Path of a file or folder"
        value={path}
        onChange={onChange}
        list={[...(roots.data?.roots ?? []), ...(below.data?.folders ?? [])]}
        help={`Allowed: ${roots.data?.roots.join(', ') ?? 'unknown'}. The setting SCAN_ROOTS adds folders.`}
      />
    </form>
  );
}
