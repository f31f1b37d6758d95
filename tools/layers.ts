/** Folders in data-flow order. A folder imports only from folders above it. */
export interface Layer {
  readonly folder: string
  readonly about: string
}

/** The folders of packages/core/src. */
export const layers: readonly Layer[] = [
  {
    folder: 'base',
    about: 'dtypes, symbolic dimensions, host tensors and values, limits, the error catalogue',
  },
  {
    folder: 'platform',
    about: 'the one door to files, clocks and workers: Node and browser implementations',
  },
  { folder: 'wasm', about: 'assembler: typed instructions to the bytes of a module; knows no tensors' },
  {
    folder: 'kernel',
    about:
      'kernels over `wasm/`: the call contract, loops, vector math, the matrix product and its epilogues',
  },
  { folder: 'ir', about: 'Graph, Node, attributes; builder, verifier, printer and parser, patch' },
  {
    folder: 'ops',
    about: 'one file per operator: schema, inference, reference kernel, gradient, lowering kind',
  },
  {
    folder: 'reference',
    about: 'the interpreter that runs a Graph with reference kernels: the definition of right',
  },
  { folder: 'formats', about: 'one folder per file format: bytes to Graph or tensors, and back' },
  {
    folder: 'autodiff',
    about: 'gradient rules, one file per family of operators; Graph to Graph with gradients',
  },
  {
    folder: 'passes',
    about: 'one file per rewrite: Graph to Graph by patches, in order of priority, to a fixed point',
  },
  {
    folder: 'schedule',
    about: 'Graph with known sizes to steps: what runs compiled, what becomes one kernel, where values lie',
  },
  { folder: 'memory', about: 'lifetimes, in-place reuse, offsets in an arena, the heap of a linear memory' },
  { folder: 'codegen', about: 'kernel calls to modules, and the driver that runs a plan inside WebAssembly' },
  {
    folder: 'engine',
    about: 'the Engine contract and Session; the `reference` and `wasm` engines, workers and helper threads',
  },
  {
    folder: 'nn',
    about: 'lazy tensors, modules, losses, optimisers, data; functions compiled with their gradients',
  },
  { folder: 'verify', about: 'the checker with stable codes, and reports about models' },
  {
    folder: 'classic',
    about:
      'learning from tables: estimators with `fit` and `predict`, cross-validation, their export as graphs',
  },
  { folder: 'testing', about: 'helpers for tests: opTest, comparison within tolerance, random data' },
]

/** The folders of packages/server/src. */
export const serverLayers: readonly Layer[] = [
  { folder: 'proto', about: 'the messages of the gRPC protocol and of the model configuration, generated' },
  {
    folder: 'oip',
    about: 'requests, responses and tensors of the inference protocol: bytes and JSON to values',
  },
  { folder: 'contract', about: 'the values and interfaces that the stages hand to each other' },
  {
    folder: 'config',
    about: 'how a model is served: config.pbtxt, slipway.yaml, and what the graph says itself',
  },
  {
    folder: 'store',
    about: 'state that outlives the process: rollouts, audit, keys, sessions; SQLite and PostgreSQL',
  },
  { folder: 'observe', about: 'readers of events: metrics, statistics, traces, logs, recent events' },
  { folder: 'policy', about: 'who asks and what they may do: tokens, keys, roles, limits' },
  { folder: 'source', about: 'where models come from: folders and object stores' },
  { folder: 'executor', about: 'runs a version off the front thread; replaces what dies' },
  { folder: 'scheduler', about: 'queues, batches, sequences, the response cache' },
  { folder: 'router', about: 'which version answers: rules, splits, labels, fall-back, breaker, shadow' },
  { folder: 'repository', about: 'loads, swaps and unloads versions; leases on them' },
  { folder: 'pipeline', about: 'one request through all stages; ensembles' },
  { folder: 'control', about: 'what calls of both protocols do, apart from their messages' },
  { folder: 'http', about: 'routes as values on the web framework: bodies, compression, errors' },
  { folder: 'rest', about: 'one file per REST route' },
  { folder: 'grpc', about: 'the gRPC services over the same pipeline' },
  { folder: 'page', about: 'the status page and the JSON behind it' },
  { folder: 'client', about: 'the TypeScript client for both protocols' },
  { folder: 'testing', about: 'repositories, models and peers for tests' },
  { folder: 'faults', about: 'tests of what a server does when something breaks, with real processes' },
]
