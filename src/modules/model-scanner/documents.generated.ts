// Written by npm run generate. Do not edit.

import type { DocumentKind } from './engine/document.ts';
import agentInstructions from './documents/agent-instructions.ts';
import comfyWorkflow from './documents/comfy-workflow.ts';
import compose from './documents/compose.ts';
import coremlManifest from './documents/coreml-manifest.ts';
import dockerfile from './documents/dockerfile.ts';
import dvcConfig from './documents/dvc-config.ts';
import dvcOutputs from './documents/dvc-outputs.ts';
import editorCommands from './documents/editor-commands.ts';
import exportedProgram from './documents/exported-program.ts';
import flowExport from './documents/flow-export.ts';
import githubWorkflow from './documents/github-workflow.ts';
import gitlabCi from './documents/gitlab-ci.ts';
import haystackPipeline from './documents/haystack-pipeline.ts';
import huggingFaceActivation from './documents/hugging-face-activation.ts';
import huggingFaceAdapter from './documents/hugging-face-adapter.ts';
import huggingFaceModules from './documents/hugging-face-modules.ts';
import huggingFacePipeline from './documents/hugging-face-pipeline.ts';
import huggingFaceRemoteCode from './documents/hugging-face-remote-code.ts';
import huggingFaceTokenizer from './documents/hugging-face-tokenizer.ts';
import huggingFace from './documents/hugging-face.ts';
import hydraFiddle from './documents/hydra-fiddle.ts';
import hydraTarget from './documents/hydra-target.ts';
import javascriptSource from './documents/javascript-source.ts';
import kerasArchitecture from './documents/keras-architecture.ts';
import kubernetesTemplate from './documents/kubernetes-template.ts';
import kubernetes from './documents/kubernetes.ts';
import langgraph from './documents/langgraph.ts';
import lmStudioPreset from './documents/lm-studio-preset.ts';
import mcpConfig from './documents/mcp-config.ts';
import mlflowModel from './documents/mlflow-model.ts';
import mlflowProject from './documents/mlflow-project.ts';
import mlflowRecipe from './documents/mlflow-recipe.ts';
import modalImage from './documents/modal-image.ts';
import mxnetSymbol from './documents/mxnet-symbol.ts';
import notebook from './documents/notebook.ts';
import ociManifest from './documents/oci-manifest.ts';
import ollamaModelfile from './documents/ollama-modelfile.ts';
import orbaxMetadata from './documents/orbax-metadata.ts';
import packagesBunLock from './documents/packages-bun-lock.ts';
import packagesCargo from './documents/packages-cargo.ts';
import packagesComposerLock from './documents/packages-composer-lock.ts';
import packagesCondaExplicit from './documents/packages-conda-explicit.ts';
import packagesConda from './documents/packages-conda.ts';
import packagesGemfileLock from './documents/packages-gemfile-lock.ts';
import packagesGoSum from './documents/packages-go-sum.ts';
import packagesGo from './documents/packages-go.ts';
import packagesGradleCatalog from './documents/packages-gradle-catalog.ts';
import packagesGradle from './documents/packages-gradle.ts';
import packagesIndexSettings from './documents/packages-index-settings.ts';
import packagesLicenceHeader from './documents/packages-licence-header.ts';
import packagesLicenceText from './documents/packages-licence-text.ts';
import packagesMaven from './documents/packages-maven.ts';
import packagesModelCard from './documents/packages-model-card.ts';
import packagesNpmLock from './documents/packages-npm-lock.ts';
import packagesNpmManifest from './documents/packages-npm-manifest.ts';
import packagesNugetLock from './documents/packages-nuget-lock.ts';
import packagesNuget from './documents/packages-nuget.ts';
import packagesPipfileLock from './documents/packages-pipfile-lock.ts';
import packagesPipfile from './documents/packages-pipfile.ts';
import packagesPnpmLock from './documents/packages-pnpm-lock.ts';
import packagesPyproject from './documents/packages-pyproject.ts';
import packagesPythonLock from './documents/packages-python-lock.ts';
import packagesRequirements from './documents/packages-requirements.ts';
import packagesSetupCfg from './documents/packages-setup-cfg.ts';
import packagesToolSettings from './documents/packages-tool-settings.ts';
import packagesYarnLock from './documents/packages-yarn-lock.ts';
import paddleProgram from './documents/paddle-program.ts';
import pipelineArgo from './documents/pipeline-argo.ts';
import pipelineDvc from './documents/pipeline-dvc.ts';
import promptHiddenText from './documents/prompt-hidden-text.ts';
import provenanceBundle from './documents/provenance-bundle.ts';
import provenanceChecksums from './documents/provenance-checksums.ts';
import pythonSource from './documents/python-source.ts';
import rustSource from './documents/rust-source.ts';
import shellScript from './documents/shell-script.ts';
import skopsSchema from './documents/skops-schema.ts';
import tensorflowText from './documents/tensorflow-text.ts';
import torchserveConfig from './documents/torchserve-config.ts';
import torchserveManifest from './documents/torchserve-manifest.ts';
import tritonConfig from './documents/triton-config.ts';
import xgboostBooster from './documents/xgboost-booster.ts';
import xmlEntities from './documents/xml-entities.ts';
import zarrArray from './documents/zarr-array.ts';

export const documents: readonly DocumentKind[] = [
  agentInstructions,
  comfyWorkflow,
  compose,
  coremlManifest,
  dockerfile,
  dvcConfig,
  dvcOutputs,
  editorCommands,
  exportedProgram,
  flowExport,
  githubWorkflow,
  gitlabCi,
  haystackPipeline,
  huggingFaceActivation,
  huggingFaceAdapter,
  huggingFaceModules,
  huggingFacePipeline,
  huggingFaceRemoteCode,
  huggingFaceTokenizer,
  huggingFace,
  hydraFiddle,
  hydraTarget,
  javascriptSource,
  kerasArchitecture,
  kubernetesTemplate,
  kubernetes,
  langgraph,
  lmStudioPreset,
  mcpConfig,
  mlflowModel,
  mlflowProject,
  mlflowRecipe,
  modalImage,
  mxnetSymbol,
  notebook,
  ociManifest,
  ollamaModelfile,
  orbaxMetadata,
  packagesBunLock,
  packagesCargo,
  packagesComposerLock,
  packagesCondaExplicit,
  packagesConda,
  packagesGemfileLock,
  packagesGoSum,
  packagesGo,
  packagesGradleCatalog,
  packagesGradle,
  packagesIndexSettings,
  packagesLicenceHeader,
  packagesLicenceText,
  packagesMaven,
  packagesModelCard,
  packagesNpmLock,
  packagesNpmManifest,
  packagesNugetLock,
  packagesNuget,
  packagesPipfileLock,
  packagesPipfile,
  packagesPnpmLock,
  packagesPyproject,
  packagesPythonLock,
  packagesRequirements,
  packagesSetupCfg,
  packagesToolSettings,
  packagesYarnLock,
  paddleProgram,
  pipelineArgo,
  pipelineDvc,
  promptHiddenText,
  provenanceBundle,
  provenanceChecksums,
  pythonSource,
  rustSource,
  shellScript,
  skopsSchema,
  tensorflowText,
  torchserveConfig,
  torchserveManifest,
  tritonConfig,
  xgboostBooster,
  xmlEntities,
  zarrArray,
];
