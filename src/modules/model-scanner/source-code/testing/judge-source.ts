/** Python text → what the rules about source say, for tests: the reader, the detectors, and who activates it. */
import compiledPython from '../../detectors/python-acts-on-load.ts';
import disguised from '../../detectors/python-disguised-call.ts';
import hostile from '../../detectors/python-hostile-code.ts';
import installHook from '../../detectors/python-install-hook.ts';
import loaderCall from '../../detectors/python-loader-call.ts';
import type { Artefact } from '../../engine/artefact.ts';
import { emptyArtefact } from '../../engine/artefact.ts';
import { Budget, defaultLimits } from '../../engine/budget.ts';
import type { Detection, Detector } from '../../engine/detector.ts';
import { rootPlace } from '../../engine/place.ts';
import { draftArtefact, guarded, type ReaderTools } from '../../engine/reader.ts';
import { verdictOf } from '../../engine/verdict.ts';
import { catalogTables } from '../../pickle/testing/catalog.ts';
import { TextPlaces } from '../../readers/parts/text-places.ts';
import { decodeSource } from '../python-encoding.ts';
import { readPythonFile } from '../python-file.ts';

const detectors: readonly Detector[] = [compiledPython, disguised, hostile, installHook, loaderCall];

export type SourceVerdict = {
  readonly artefact: Artefact;
  readonly findings: readonly (Detection & Pick<Detector, 'id' | 'axis' | 'severity'>)[];
  /** Of the file alone, and when a configuration has it imported. */
  readonly alone: string;
  readonly activated: string;
};

export function sourceTools(): ReaderTools {
  const operators = {
    tensorflow: new Map(),
    onnx: new Map(),
    onnxDomains: new Set<string>(),
    kerasModules: new Set<string>(),
    kerasClasses: new Set<string>(),
  };
  return {
    budget: new Budget(defaultLimits, 1 << 20),
    tables: { pickle: catalogTables(), operators } as unknown as ReaderTools['tables'],
    open: (source, where) => emptyArtefact('unknown', where, source.size),
    remember: () => undefined,
  } as ReaderTools;
}

export function judgeSource(text: string | Uint8Array, name = 'modeling_acme.py'): SourceVerdict {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
  const artefact = draftArtefact('python', rootPlace(name), bytes.length);
  const decoded = decodeSource(bytes);
  const places = new TextPlaces(decoded.text, artefact.where);
  guarded(artefact, () =>
    readPythonFile({ decoded, name, placeAt: (offset, length) => places.at(offset, length) }, artefact, sourceTools()),
  );
  const findings = detectors.flatMap((detector) =>
    detector.detect(artefact).map((detection) => ({
      ...detection,
      id: detector.id,
      axis: detector.axis,
      severity: detection.severity ?? detector.severity,
      ...((detection.effect ?? detector.effect) === undefined ? {} : { effect: detection.effect ?? detector.effect }),
    })),
  ) as SourceVerdict['findings'];
  const raised = findings.map((finding) =>
    finding.id === 'python-acts-on-load' ? { ...finding, axis: 'effect' as const, severity: 'high' as const } : finding,
  );
  return {
    artefact,
    findings,
    alone: verdictOf(findings as Parameters<typeof verdictOf>[0], artefact.unread, true),
    activated: verdictOf(raised as Parameters<typeof verdictOf>[0], artefact.unread, true),
  };
}
