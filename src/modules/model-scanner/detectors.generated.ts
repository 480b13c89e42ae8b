// Written by npm run generate. Do not edit.

import type { Detector } from './engine/detector.ts';
import agentCommand from './detectors/agent-command.ts';
import agentExfiltration from './detectors/agent-exfiltration.ts';
import agentHiddenText from './detectors/agent-hidden-text.ts';
import agentOverride from './detectors/agent-override.ts';
import agentPermission from './detectors/agent-permission.ts';
import archivePathTraversal from './detectors/archive-path-traversal.ts';
import compiledPython from './detectors/compiled-python.ts';
import customOperator from './detectors/custom-operator.ts';
import editorCommand from './detectors/editor-command.ts';
import externalPath from './detectors/external-path.ts';
import graphOperator from './detectors/graph-operator.ts';
import imageMutable from './detectors/image-mutable.ts';
import imageSecret from './detectors/image-secret.ts';
import integrityBroken from './detectors/integrity-broken.ts';
import integrityLie from './detectors/integrity-lie.ts';
import kerasCode from './detectors/keras-code.ts';
import licenceConditions from './detectors/licence-conditions.ts';
import licenceConflict from './detectors/licence-conflict.ts';
import licenceMissing from './detectors/licence-missing.ts';
import licenceRestricted from './detectors/licence-restricted.ts';
import mcpAccess from './detectors/mcp-access.ts';
import mcpDataFlow from './detectors/mcp-data-flow.ts';
import mcpServer from './detectors/mcp-server.ts';
import namedObject from './detectors/named-object.ts';
import nativeCode from './detectors/native-code.ts';
import notebookOutput from './detectors/notebook-output.ts';
import packageInstallScript from './detectors/package-install-script.ts';
import packageNotFixed from './detectors/package-not-fixed.ts';
import packageSimilarName from './detectors/package-similar-name.ts';
import packageSource from './detectors/package-source.ts';
import pickleBesideSafetensors from './detectors/pickle-beside-safetensors.ts';
import pickleComputedImport from './detectors/pickle-computed-import.ts';
import pickleCustomClass from './detectors/pickle-custom-class.ts';
import pickleFormat from './detectors/pickle-format.ts';
import pickleHarmfulCall from './detectors/pickle-harmful-call.ts';
import pickleHarmfulReference from './detectors/pickle-harmful-reference.ts';
import pickleUnlistedCall from './detectors/pickle-unlisted-call.ts';
import pickleUnlistedStandardLibrary from './detectors/pickle-unlisted-standard-library.ts';
import pipelineEvaluatedInput from './detectors/pipeline-evaluated-input.ts';
import pipelineParameterInShell from './detectors/pipeline-parameter-in-shell.ts';
import pipelineRemoteScript from './detectors/pipeline-remote-script.ts';
import pipelineUnsignedPublish from './detectors/pipeline-unsigned-publish.ts';
import pipelineUnverifiedSource from './detectors/pipeline-unverified-source.ts';
import provenanceCoverage from './detectors/provenance-coverage.ts';
import provenanceDigest from './detectors/provenance-digest.ts';
import provenanceSignature from './detectors/provenance-signature.ts';
import pythonActsOnLoad from './detectors/python-acts-on-load.ts';
import pythonDisguisedCall from './detectors/python-disguised-call.ts';
import pythonHostileCode from './detectors/python-hostile-code.ts';
import pythonInstallHook from './detectors/python-install-hook.ts';
import pythonLoaderCall from './detectors/python-loader-call.ts';
import remoteCodeConfig from './detectors/remote-code-config.ts';
import repositorySetting from './detectors/repository-setting.ts';
import resourceBomb from './detectors/resource-bomb.ts';
import scriptHostileCode from './detectors/script-hostile-code.ts';
import scriptPractice from './detectors/script-practice.ts';
import secretInFile from './detectors/secret-in-file.ts';
import storedBytecode from './detectors/stored-bytecode.ts';
import storedCode from './detectors/stored-code.ts';
import templateCode from './detectors/template-code.ts';
import templateCondition from './detectors/template-condition.ts';
import torchProgram from './detectors/torch-program.ts';
import workflowInjection from './detectors/workflow-injection.ts';
import workflowMutableAction from './detectors/workflow-mutable-action.ts';
import workflowPermissions from './detectors/workflow-permissions.ts';
import workflowSecretExposure from './detectors/workflow-secret-exposure.ts';
import workflowSelfHosted from './detectors/workflow-self-hosted.ts';
import workflowUntrustedCode from './detectors/workflow-untrusted-code.ts';
import workloadExposure from './detectors/workload-exposure.ts';
import workloadModelServer from './detectors/workload-model-server.ts';
import workloadPrivilege from './detectors/workload-privilege.ts';
import workloadRoot from './detectors/workload-root.ts';
import xmlEntity from './detectors/xml-entity.ts';

export const detectors: readonly Detector[] = [
  agentCommand,
  agentExfiltration,
  agentHiddenText,
  agentOverride,
  agentPermission,
  archivePathTraversal,
  compiledPython,
  customOperator,
  editorCommand,
  externalPath,
  graphOperator,
  imageMutable,
  imageSecret,
  integrityBroken,
  integrityLie,
  kerasCode,
  licenceConditions,
  licenceConflict,
  licenceMissing,
  licenceRestricted,
  mcpAccess,
  mcpDataFlow,
  mcpServer,
  namedObject,
  nativeCode,
  notebookOutput,
  packageInstallScript,
  packageNotFixed,
  packageSimilarName,
  packageSource,
  pickleBesideSafetensors,
  pickleComputedImport,
  pickleCustomClass,
  pickleFormat,
  pickleHarmfulCall,
  pickleHarmfulReference,
  pickleUnlistedCall,
  pickleUnlistedStandardLibrary,
  pipelineEvaluatedInput,
  pipelineParameterInShell,
  pipelineRemoteScript,
  pipelineUnsignedPublish,
  pipelineUnverifiedSource,
  provenanceCoverage,
  provenanceDigest,
  provenanceSignature,
  pythonActsOnLoad,
  pythonDisguisedCall,
  pythonHostileCode,
  pythonInstallHook,
  pythonLoaderCall,
  remoteCodeConfig,
  repositorySetting,
  resourceBomb,
  scriptHostileCode,
  scriptPractice,
  secretInFile,
  storedBytecode,
  storedCode,
  templateCode,
  templateCondition,
  torchProgram,
  workflowInjection,
  workflowMutableAction,
  workflowPermissions,
  workflowSecretExposure,
  workflowSelfHosted,
  workflowUntrustedCode,
  workloadExposure,
  workloadModelServer,
  workloadPrivilege,
  workloadRoot,
  xmlEntity,
];
