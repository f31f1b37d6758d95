/**
 * Damaged ONNX files from a seeded stream, and what must hold for every one of them. The files start as models
 * that the writer makes, one for each corner of the format.
 */
import { dtypes } from '../base/dtype.ts'
import { SlipwayError } from '../base/errors.ts'
import { defaultLimits, type Limits } from '../base/limits.ts'
import { tensor } from '../base/tensor.ts'
import { tensorType } from '../base/value.ts'
import { parseModel } from '../formats/onnx/parse.ts'
import { readOnnx } from '../formats/onnx/read.ts'
import { serializeModel, writeOnnx } from '../formats/onnx/write.ts'
import type { Attribute } from '../ir/attribute.ts'
import { graphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { type RandomStream, randomStream } from '../ops/random.ts'
import { generator } from './gen.ts'
import { f32, flat, i64, str } from './literals.ts'
import { bytesOf, functionInit, graphInit, intInit, nodeInit } from './onnx-protos.ts'

const vector = tensorType('float32', [2])

function bodyGraph(): Graph {
  const b = graphBuilder({ name: 'body' })
  return b.build([b.node('Neg', ['x'], {}, { outputs: ['inner'] })], new Map([['inner', vector]]))
}

function attributesGraph(): Graph {
  const sparse = {
    kind: 'sparse',
    shape: [2, 3],
    values: f32([5]),
    indices: tensor('int64', [1], BigInt64Array.of(4n)),
  } as const
  const list: readonly Attribute[] = [
    { kind: 'float', value: 0 },
    { kind: 'int', value: -1n },
    { kind: 'string', value: 'é' },
    { kind: 'tensor', value: f32([1]) },
    { kind: 'graph', value: bodyGraph() },
    { kind: 'sparse', value: sparse },
    { kind: 'type', value: { kind: 'map', key: 'int64', value: { kind: 'sequence', element: vector } } },
    { kind: 'floats', value: [1, 2] },
    { kind: 'ints', value: [1n, -1n] },
    { kind: 'strings', value: ['', 'a'] },
    { kind: 'tensors', value: [i64([1]), str(['a'])] },
    { kind: 'graphs', value: [bodyGraph()] },
    { kind: 'sparses', value: [sparse] },
    { kind: 'types', value: [{ kind: 'optional', element: vector }] },
  ]
  const b = graphBuilder({ name: 'attributes' })
  const x = b.input('x', vector)
  const attributes = Object.fromEntries(list.map((one) => [one.kind, one]))
  return b.build([b.node('Everything', [x, undefined, x], attributes, { domain: 'test', name: 'n' })])
}

function dtypesGraph(): Graph {
  const b = graphBuilder({ name: 'dtypes' })
  const names = dtypes.map((dtype) => {
    const lanes = dtype.startsWith('complex') ? 2 : 1
    return b.constant(flat(dtype, [3], Array<number>(3 * lanes).fill(1)), dtype)
  })
  return b.build(names)
}

const declared = (graph: Graph): Graph => ({
  ...graph,
  types: new Map([
    ...graph.types,
    ...graph.outputs.map((name) => [name, graph.types.get(name) ?? vector] as const),
  ]),
})

/** Files to start from. */
export function fuzzSeeds(): readonly Uint8Array[] {
  const call = nodeInit('F', 'x', 'y', [intInit('axis', 1)], { domain: 'f', name: 'call' })
  const refer = { name: 'axis', refAttrName: 'axis', type: 2 }
  const body = { name: 'b', node: [nodeInit('G', 'a', 'o', [], { domain: 'f' })], output: [{ name: 'o' }] }
  const functions = [
    {
      ...functionInit('F', 'a', 'r', [
        nodeInit('Softmax', 'a', 't', [refer]),
        nodeInit('If', 'c', 'r', [graphInit('then_branch', body)]),
      ]),
      attribute: ['axis'],
      input: ['a', 'c'],
    },
    functionInit('G', 'a', 'r', [nodeInit('Relu', 'a', 'r')]),
  ]
  const indices = { dims: [1n], dataType: 7, int64Data: [1n] }
  const sparse = { dims: [4n], indices, values: { dims: [1n], dataType: 1, name: 's', floatData: [2] } }
  const typed = { dims: [2n], dataType: 1, name: 't', floatData: [1, 2] }
  return [
    writeOnnx(declared(attributesGraph()), { metadata: new Map([['k', 'v']]) }),
    writeOnnx(declared(dtypesGraph())),
    bytesOf({ node: [call] }, { functions }),
    bytesOf({
      node: [nodeInit('Add', 'x s', 'h'), nodeInit('Add', 'h t', 'y')],
      sparseInitializer: [sparse],
      initializer: [typed],
    }),
  ]
}

/** Bytes with a meaning on the wire: ends and middles of varints, lengths, common tags. */
const tellingBytes = [0, 1, 2, 8, 10, 18, 34, 42, 58, 0x7f, 0x80, 0xff]

type Change = (bytes: number[], g: ReturnType<typeof generator>, other: Uint8Array) => void

/** Changes in place come more often: they leave the lengths around them right and so get further. */
const changes: readonly Change[] = [
  ...Array<Change>(8).fill(flipBit),
  ...Array<Change>(4).fill((bytes, g) => void bytes.fill(g.oneOf(tellingBytes), ...spanOf(bytes, g))),
  (bytes, g) => {
    bytes[g.int(0, bytes.length - 1)] = g.oneOf(tellingBytes)
  },
  (bytes, g) => {
    const at = g.int(0, bytes.length - 1)
    bytes[at] = (bytes[at]! + g.oneOf([1, 255, 2, 254])) & 255
  },
  (bytes, g) => void bytes.splice(g.int(0, bytes.length), 0, g.oneOf(tellingBytes)),
  (bytes, g) => void bytes.splice(g.int(0, bytes.length - 1), g.int(1, 8)),
  (bytes, g) => void bytes.splice(g.int(0, bytes.length)),
  (bytes, g) => {
    const at = g.int(0, bytes.length - 1)
    bytes.splice(g.int(0, bytes.length), 0, ...bytes.slice(at, at + g.int(1, 64)))
  },
  (bytes, g, other) => {
    const at = g.int(0, other.length - 1)
    bytes.splice(g.int(0, bytes.length), g.int(0, 32), ...other.subarray(at, at + g.int(1, 64)))
  },
]

function spanOf(bytes: readonly number[], g: ReturnType<typeof generator>): [from: number, to: number] {
  const at = g.int(0, bytes.length - 1)
  return [at, at + g.int(1, 4)]
}

function flipBit(bytes: number[], g: ReturnType<typeof generator>): void {
  const at = g.int(0, bytes.length - 1)
  bytes[at] = bytes[at]! ^ (1 << g.int(0, 7))
}

/** The file that a seed stands for. */
export function fuzzedFile(seeds: readonly Uint8Array[], seed: number): Uint8Array {
  const random: RandomStream = randomStream(seed)
  const g = generator(random)
  const bytes = [...g.oneOf(seeds)]
  const count = g.oneOf([1, 1, 1, 2, 3, 8])
  for (let i = 0; i < count && bytes.length > 0; i++) g.oneOf(changes)(bytes, g, g.oneOf(seeds))
  return Uint8Array.from(bytes)
}

/** Small enough that no file of a run can be slow for good reasons. */
const limits: Limits = {
  ...defaultLimits,
  decodedBytes: 2 ** 26,
  tensorBytes: 2 ** 24,
  expandedNodes: 10_000,
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i])

/** Gives undefined for a refusal; every other error passes. */
function tryRefused<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof SlipwayError) return undefined
    throw error
  }
}

/**
 * What became of a file. Throws where reading or writing throws anything but a SlipwayError, and where a file that
 * was read is not written the same way twice.
 */
export function checkFuzzed(bytes: Uint8Array): 'graph' | 'message' | 'refused' {
  const message = tryRefused(() => parseModel(bytes, limits))
  if (!message) return 'refused'
  const once = serializeModel(message)
  // The first writing puts fields in order and varints in their shortest form; from then on nothing may change.
  if (!sameBytes(serializeModel(parseModel(once, limits)), once))
    throw new Error('the message changes when written again')
  const graph = tryRefused(() => readOnnx(bytes, { limits }))
  if (!graph) return 'message'
  const written = tryRefused(() => writeOnnx(graph))
  if (written && !sameBytes(writeOnnx(readOnnx(written)), written))
    throw new Error('the graph changes when written again')
  return 'graph'
}
