/** The folders of packages/core/src in data-flow order. A folder imports only from folders above it. */
export interface Layer {
  readonly folder: string
  readonly about: string
}

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
  { folder: 'verify', about: 'the checker with stable codes, and reports about models' },
  { folder: 'testing', about: 'helpers for tests: opTest, comparison within tolerance, random data' },
]
