/** Publishing a model from a pipeline: whoever fetches it needs a digest or a signature to know that it is the one. */
import type { Practice } from './pipeline-practice.ts';

const publishes =
  /\b(?:huggingface-cli|hf)\s+upload\b|\.push_to_hub\(|\bupload_folder\(|\bollama\s+push\b|\boras\s+push\b|\bmlflow\s+models?\s+(?:build-docker|register)\b|\bbentoml\s+push\b|(?:aws\s+s3|gsutil|azcopy|gcloud\s+storage)\s+(?:cp|copy|sync)\s[^\n]{0,200}(?:models?[/\s]|\.(?:safetensors|gguf|onnx|pt|pth|bin|pkl|h5|keras))|\bsavedmodel\b[^\n]{0,80}(?:s3|gs):\/\//i;
const proves =
  /cosign\s+(?:sign|attest)|model[_-]signing|sigstore|sha256sum|shasum|actions\/attest|attest-build-provenance|slsa-framework|gh\s+attestation|gpg\s+(?:--detach-sign|-b)/i;

type Publishing = Omit<Practice, 'where'>;

/**
 * @param steps scripts of the steps, in order; @param whole text of the whole file: signing may stand in another job.
 */
export function notePublishing(steps: readonly string[], whole: string, note: (index: number, practice: Publishing) => void): void {
  if (proves.test(whole)) return;
  for (const [index, step] of steps.entries()) {
    const match = publishes.exec(step);
    if (match)
      note(index, {
        code: 'unsigned-publish',
        detail: 'A model is published without a signature or a digest beside it.',
        text: match[0],
        certainty: 'possible',
      });
  }
}
