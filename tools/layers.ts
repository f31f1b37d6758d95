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
  { folder: 'engine', about: 'the Engine contract and Session; the reference engine in a worker' },
  { folder: 'verify', about: 'the checker with stable codes, and reports about models' },
  { folder: 'testing', about: 'helpers for tests: opTest, comparison within tolerance, random data' },
]
