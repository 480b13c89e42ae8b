/** Function and class names that say what code does with models and data, across languages and libraries. */

export const modelLoaders = new Set([
  'from_pretrained',
  'SentenceTransformer',
  'CrossEncoder',
  'hf_hub_download',
  'snapshot_download',
  'pipeline',
  'hfHubDownload',
]);
export const datasetLoaders = new Set(['load_dataset', 'load_dataset_builder']);
export const fileLoaders = new Set(
  [
    'load',
    'loads',
    'load_model',
    'InferenceSession',
    'Llama',
    'YOLO',
    'read_csv',
    'read_parquet',
    'read_json',
    'read_feather',
    'load_file',
    'safe_open',
  ].concat([
    'open',
    'Booster',
    'load_state_dict',
    'scan_csv',
    'scan_parquet',
    'genfromtxt',
    'loadtxt',
    'from_single_file',
    'loadGraphModel',
    'loadLayersModel',
    'create',
  ]),
);
export const fileSavers = new Set([
  'save',
  'dump',
  'save_model',
  'save_file',
  'save_pretrained',
  'export',
  'to_csv',
  'to_parquet',
  'savez',
  'to_json',
  'write_model',
]);
export const trainers = new Set([
  'fit',
  'train',
  'backward',
  'fit_transform',
  'partial_fit',
  'Trainer',
  'SFTTrainer',
  'DPOTrainer',
  'GRPOTrainer',
  'fit_generator',
  'fitDataset',
]);
export const servers = new Set([
  'FastAPI',
  'Flask',
  'Starlette',
  'Litestar',
  'express',
  'fastify',
  'Fastify',
  'Hono',
  'Koa',
  'Interface',
  'ChatInterface',
  'Blocks',
]);
export const agents = new Set(
  [
    'Agent',
    'create_react_agent',
    'create_agent',
    'AgentExecutor',
    'initialize_agent',
    'Crew',
    'StateGraph',
    'AssistantAgent',
    'ConversableAgent',
  ].concat([
    'CodeAgent',
    'ToolCallingAgent',
    'ReActAgent',
    'FunctionAgent',
    'LlmAgent',
    'createReactAgent',
    'createAgent',
    'query',
    'ClaudeSDKClient',
    'AgentBuilder',
  ]),
);
export const toolCalls = new Set([
  'create',
  'stream',
  'generate_content',
  'generateContent',
  'generateText',
  'streamText',
  'parse',
  'completion',
  'chat',
]);
export const mcpServers = new Set(['FastMCP', 'McpServer', 'Server', 'NewMCPServer']);
export const storeClients = new Set([
  'QdrantClient',
  'PersistentClient',
  'HttpClient',
  'Pinecone',
  'MilvusClient',
  'connect_to_custom',
  'WeaviateClient',
  'Milvus',
]);
export const allNames = new Set(
  [modelLoaders, datasetLoaders, fileLoaders, fileSavers, trainers, servers, agents, toolCalls, mcpServers, storeClients].flatMap(
    (names) => [...names],
  ),
);
