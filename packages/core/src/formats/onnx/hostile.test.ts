import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../base/errors.ts'
import { defaultLimits } from '../../base/limits.ts'
import { interpret } from '../../reference/interpret.ts'
import {
  type AttributeInit,
  bytesOf,
  type FunctionInit,
  functionInit,
  type GraphInit,
  graphInit,
  intInit,
  lengthField,
  nodeInit,
  type TensorInit,
  valueInits,
} from '../../testing/onnx-protos.ts'
import { refusalOf } from '../../testing/refusal.ts'
import { AttributeType } from './enums.ts'
import { readOnnx } from './read.ts'

const call = (name: string, input: string, output: string) =>
  nodeInit(name, input, output, [], { domain: 'f' })
const withFunctions = (functions: FunctionInit[], graph: GraphInit) => bytesOf(graph, { functions })
const weight = (init: TensorInit) =>
  bytesOf({
    node: [nodeInit('Add', 'x w', 'y')],
    initializer: [{ name: 'w', dataType: 1, ...init }],
  })
const external = (entries: Record<string, string>) =>
  weight({
    dims: [2n],
    dataLocation: 1,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  })

/** `depth` functions, each calling the next twice. */
function doubling(depth: number): Uint8Array {
  const functions = Array.from({ length: depth }, (_, i) =>
    functionInit(`D${i}`, 'a', 'r', [call(`D${i + 1}`, 'a', 't'), call(`D${i + 1}`, 't', 'r')]),
  )
  functions.push(functionInit(`D${depth}`, 'a', 'r', [nodeInit('Neg', 'a', 'r')]))
  return withFunctions(functions, { node: [call('D0', 'x', 'y')] })
}

/** If inside If, `depth` bodies deep. */
function nestedIf(depth: number): Uint8Array {
  let graph: GraphInit = { name: 'b', node: [nodeInit('Neg', 'x', 'y')], output: [{ name: 'y' }] }
  for (let i = 0; i < depth; i++) {
    const branches: AttributeInit[] = [graphInit('then_branch', graph)]
    graph = { name: 'b', node: [nodeInit('If', 'c', 'y', branches)], output: [{ name: 'y' }] }
  }
  return bytesOf({ ...graph, output: valueInits('y') })
}

interface Hostile {
  readonly name: string
  readonly bytes: () => Uint8Array
  readonly code: ErrorCode
  readonly message: string | RegExp
}

const files: readonly Hostile[] = [
  {
    name: 'dims of 2^33 × 2^33',
    bytes: () => weight({ dims: [2n ** 33n, 2n ** 33n] }),
    code: 'SLP-L4',
    message: 'got dims [8589934592,8589934592] (at graph.initializer[0])',
  },
  {
    name: 'dims whose product wraps to a small number',
    bytes: () => weight({ dims: [2n ** 32n, 2n ** 32n, 0n] }),
    code: 'SLP-L4',
    message: 'elements',
  },
  {
    name: 'dims of 2^30 without data',
    bytes: () => weight({ dims: [2n ** 30n] }),
    code: 'SLP-F5',
    message: 'needs 1073741824 entries of float_data, got 0',
  },
  {
    name: 'a negative size',
    bytes: () => weight({ dims: [-1n, 2n] }),
    code: 'SLP-F5',
    message: 'must not be negative, got [-1,2]',
  },
  {
    name: 'a rank of 100',
    bytes: () => weight({ dims: Array<bigint>(100).fill(1n) }),
    code: 'SLP-L4',
    message: 'rank 64 at most',
  },
  {
    name: 'less raw_data than dims say',
    bytes: () => weight({ dims: [4n], rawData: new Uint8Array(8) }),
    code: 'SLP-F5',
    message: 'float32[4] needs 16 bytes of raw_data, got 8',
  },
  {
    name: 'more raw_data than dims say',
    bytes: () => weight({ dims: [1n], rawData: new Uint8Array(8) }),
    code: 'SLP-F5',
    message: 'needs 4 bytes',
  },
  {
    name: 'external data without a resolver',
    bytes: () => external({ location: 'w.bin' }),
    code: 'SLP-X1',
    message: 'another file',
  },
  { name: 'a body 33 deep', bytes: () => nestedIf(33), code: 'SLP-L2', message: /at most/ },
  { name: 'a body 60 deep', bytes: () => nestedIf(60), code: 'SLP-L2', message: /at most/ },
  {
    name: 'a function that calls itself',
    bytes: () =>
      withFunctions([functionInit('R', 'a', 'r', [call('R', 'a', 'r')])], { node: [call('R', 'x', 'y')] }),
    code: 'SLP-F6',
    message: '"f.R" → "f.R"',
  },
  {
    name: 'functions that call each other through a body',
    bytes: () => {
      const body: GraphInit = { name: 'b', node: [call('A', 'a', 'o')], output: [{ name: 'o' }] }
      const a = functionInit('A', 'a', 'r', [call('B', 'a', 'r')])
      const b = functionInit('B', 'a', 'r', [nodeInit('If', 'a', 'r', [graphInit('then_branch', body)])])
      return withFunctions([a, b], { node: [nodeInit('Neg', 'x', 'y')] })
    },
    code: 'SLP-F6',
    message: '"f.A" → "f.B" → "f.A"',
  },
  {
    name: '20 functions that double',
    bytes: () => doubling(20),
    code: 'SLP-L5',
    message: /nodes with its functions expanded at most, got \d+/,
  },
  {
    name: '60 functions that double',
    bytes: () => doubling(60),
    code: 'SLP-L5',
    message: 'Raise limits.expandedNodes',
  },
  {
    name: '1200 functions that double',
    bytes: () => doubling(1200),
    code: 'SLP-L2',
    message: '100 calls inside calls',
  },
  {
    name: 'wide calls of an empty function, many times over',
    bytes: () => {
      const wide = Array.from({ length: 2000 }, (_, i) => `a${i}`).join(' ')
      const functions = [functionInit('W', wide, wide, []), functionInit('V', 'x', 'r', [])]
      functions[1]!.node = Array.from({ length: 100 }, (_, i) =>
        call('W', wide.replaceAll(/a\d+/g, 'x'), wide.replaceAll('a', `v${i}_`)),
      )
      return withFunctions(functions, {
        node: Array.from({ length: 100 }, (_, i) => call('V', 'x', `y${i}`)),
      })
    },
    code: 'SLP-L5',
    message: '× 20 names',
  },
  {
    name: 'bodies inside functions inside bodies',
    bytes: () => {
      const functions = Array.from({ length: 40 }, (_, i) => {
        const body: GraphInit = { name: 'b', node: [call(`N${i + 1}`, 'a', 'o')], output: [{ name: 'o' }] }
        return functionInit(`N${i}`, 'a', 'r', [nodeInit('If', 'a', 'r', [graphInit('then_branch', body)])])
      })
      functions.push(functionInit('N40', 'a', 'r', [nodeInit('Neg', 'a', 'r')]))
      return withFunctions(functions, { node: [call('N0', 'x', 'y')] })
    },
    code: 'SLP-L2',
    message: '32 nested bodies',
  },
  {
    name: 'sparse initialisers that become huge',
    bytes: () => {
      const none = { dims: [0n], dataType: 7, name: '' }
      const sparse = (name: string) => ({
        dims: [2n ** 28n - 1n],
        values: { dims: [0n], dataType: 1, name },
        indices: none,
      })
      return bytesOf({ node: [nodeInit('Add', 'a b', 'y')], sparseInitializer: [sparse('a'), sparse('b')] })
    },
    code: 'SLP-L4',
    message: 'sparse initialisers that become dense may take 1073741824 bytes',
  },
  {
    name: 'ir_version 15',
    bytes: () => bytesOf({}, { irVersion: 15n }),
    code: 'SLP-F4',
    message: 'ir_version must be at most 14, got 15',
  },
  {
    name: 'opset 99',
    bytes: () => bytesOf({}, { opsetImport: [{ domain: 'ai.onnx', version: 99n }] }),
    code: 'SLP-F4',
    message: 'operator set ai.onnx must lie in [1, 28], got 99',
  },
  {
    name: 'ai.onnx.ml 6',
    bytes: () => bytesOf({}, { opsetImport: [{ domain: 'ai.onnx.ml', version: 6n }] }),
    code: 'SLP-F4',
    message: '[1, 5], got 6',
  },
  {
    name: 'two versions of one domain',
    bytes: () =>
      bytesOf(
        {},
        {
          opsetImport: [
            { domain: 'ai.onnx', version: 9n },
            { domain: '', version: 10n },
          ],
        },
      ),
    code: 'SLP-F1',
    message: 'got 9 and 10',
  },
  {
    name: 'no operator sets',
    bytes: () => bytesOf({}, { opsetImport: [] }),
    code: 'SLP-F3',
    message: 'opset_import',
  },
  {
    name: 'a node of a domain that is not imported',
    bytes: () => bytesOf({ node: [nodeInit('Scaler', 'x', 'y', [], { domain: 'ai.onnx.ml' })] }),
    code: 'SLP-F3',
    message: 'a node of ai.onnx.ml (at graph.node[0])',
  },
  {
    name: 'no graph',
    bytes: () => Uint8Array.from([8, 14, ...lengthField(8, [16, 28])]),
    code: 'SLP-F3',
    message: 'must have a graph',
  },
  {
    name: 'no ir_version',
    bytes: () => Uint8Array.from(lengthField(8, [16, 28])),
    code: 'SLP-F3',
    message: 'ir_version must be set',
  },
  {
    name: 'an attribute without a type',
    bytes: () => bytesOf({ node: [nodeInit('Shape', 'x', 'y', [{ name: 'start', i: 1n }])] }),
    code: 'SLP-F3',
    message: 'its type must be set, got none (at graph.node[0].attribute[0]; operator Shape)',
  },
  {
    name: 'an attribute without the value of its type',
    bytes: () =>
      bytesOf({ node: [nodeInit('If', 'x', 'y', [{ name: 'then_branch', type: AttributeType.GRAPH }])] }),
    code: 'SLP-F3',
    message: 'type GRAPH must have such a value',
  },
  {
    name: 'an attribute twice',
    bytes: () => bytesOf({ node: [nodeInit('Shape', 'x', 'y', [intInit('start', 1), intInit('start', 2)])] }),
    code: 'SLP-F1',
    message: 'names must be unique',
  },
  {
    name: 'an initialiser twice',
    bytes: () =>
      bytesOf({
        initializer: [
          { name: 'w', dataType: 1, dims: [0n] },
          { name: 'w', dataType: 1, dims: [0n] },
        ],
      }),
    code: 'SLP-F1',
    message: 'got "w" twice (at graph.initializer[1])',
  },
]

describe('hostile files', () => {
  for (const { name, bytes, code, message } of files) {
    it(`are refused for ${name}`, () => {
      const file = bytes()
      const error = refusalOf(() => readOnnx(file), code)
      if (typeof message === 'string') expect(error.message).toContain(message)
      else expect(error.message).toMatch(message)
    })
  }

  it('expand where they double within the limit, and are refused at once beyond it', () => {
    for (let depth = 1; depth <= 64; depth++) {
      const nodes = 2 ** (depth + 1)
      const file = doubling(depth)
      if (nodes > defaultLimits.expandedNodes) refusalOf(() => readOnnx(file), 'SLP-L5')
      else expect(readOnnx(file).nodes.length).toBe(2 ** depth)
    }
  })

  it('expand in proportion to their nodes', () => {
    const [few, many] = [doubling(12), doubling(16)]
    const timed = (file: Uint8Array) => {
      const startMs = performance.now()
      readOnnx(file)
      return performance.now() - startMs
    }
    // Taken in turns, and the quickest of each, because other programs want the processor too.
    const rounds = Array.from({ length: 5 }, () => [timed(few), timed(many)] as const)
    const [fewMs, manyMs] = [Math.min(...rounds.map(([ms]) => ms)), Math.min(...rounds.map(([, ms]) => ms))]
    // 16 times the nodes: time with their square would give 256.
    expect(manyMs / fewMs).toBeLessThan(100)
  })

  it('may nest bodies 30 deep', () => {
    expect(readOnnx(nestedIf(30)).nodes).toHaveLength(1)
  })

  it('cannot make ConstantOfShape allocate 2^40 elements', () => {
    const shape: TensorInit = { name: 's', dataType: 7, dims: [1n], int64Data: [2n ** 40n] }
    const graph = readOnnx(
      bytesOf({ node: [nodeInit('ConstantOfShape', 's', 'y')], input: [], initializer: [shape] }),
    )
    expect(refusalOf(() => interpret(graph, new Map()), 'SLP-L4').message).toContain('1099511627776')
  })

  it('do not touch prototypes through names', () => {
    const node = nodeInit('Shape', 'x', 'y', [intInit('__proto__', 1)], {
      metadataProps: [{ key: '__proto__', value: 'v' }],
    })
    const graph = readOnnx(bytesOf({ node: [node], metadataProps: [{ key: 'constructor', value: 'v' }] }))
    expect(graph.nodes[0]!.attributes.get('__proto__')).toEqual({ kind: 'int', value: 1n })
    expect(Object.prototype).not.toHaveProperty('i')
    expect(graph.metadata).toEqual(new Map([['constructor', 'v']]))
  })
})
