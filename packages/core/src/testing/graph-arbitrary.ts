/** Random well-formed graphs for property tests: every kind of attribute, value and name, and nested bodies. */
import * as fc from 'fast-check'
import { addDims, type Dim, floorDivDims, mulDims, symbol } from '../base/dim.ts'
import { type DType, dtypeInfo, dtypes } from '../base/dtype.ts'
import { arrayOf, dataLength, type Tensor, tensor } from '../base/tensor.ts'
import { tensorType, type ValueType } from '../base/value.ts'
import type { Attribute } from '../ir/attribute.ts'
import type { Graph, Node } from '../ir/graph.ts'
import type { SparseTensor } from '../ir/sparse.ts'
import { randomStream } from '../ops/random.ts'
import { type Gen, generator } from './gen.ts'

const awkwardTexts = [
  ...[
    'x',
    'Y1',
    'const',
    'type',
    'metadata',
    '_',
    'inf',
    'nan',
    'float32',
    'graph',
    '123',
    'a-b',
    'a b',
    '#',
    '`',
  ],
  ...[
    'onnx::MatMul_12',
    '/model/layer.0/Add',
    'serving_default_input:0',
    'quote"',
    'back\\slash',
    'line\nbreak',
  ],
  ...['\u00e4', '\u{1f600}', '\ud800', '\0', '::', '.', '->', '//', 'a.b.', 'domain..x', ']', ','],
]
const awkwardNumbers = [
  ...[0, 1, -3, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Math.fround(0.1), 0.1],
  ...[
    1e21,
    1e-7,
    Math.fround(1e-7),
    16777217,
    Math.fround(3.4e38),
    1.7976931348623157e308,
    5e-324,
    1.5,
    1e10,
  ],
]

/** Graphs from seeds: shrinking a graph would take longer than reading it. Names are unique, bodies included. */
export const graphArbitrary: fc.Arbitrary<Graph> = fc
  .noShrink(fc.nat())
  .map((seed) => randomGraph(generator(randomStream(seed)), { depth: 2, outer: new Set(), used: new Set() }))

const few = <T>(g: Gen, max: number, item: () => T): T[] => Array.from({ length: g.int(0, max) }, item)
const randomText = (g: Gen): string =>
  g.bool() ? g.oneOf(awkwardTexts) : `${g.oneOf(awkwardTexts)}${g.oneOf(awkwardTexts)}`
const randomNumber = (g: Gen): number =>
  g.bool() ? g.oneOf(awkwardNumbers) : (g.bool() ? Math.fround : Number)(g.int(-1e6, 1e6) / g.int(1, 1e6))

interface Scope {
  readonly depth: number
  /** Values that may be captured. */
  readonly outer: ReadonlySet<string>
  /** Every name given so far. */
  readonly used: Set<string>
}

function randomGraph(g: Gen, { depth, outer, used }: Scope): Graph {
  const defined = new Set<string>()
  const fresh = (): string => {
    const base = randomText(g)
    let name = base
    for (let i = 1; used.has(name); i++) name = `${base}_${i}`
    used.add(name)
    defined.add(name)
    return name
  }
  const types = new Map<string, ValueType>()
  const declare = (name: string, type: () => ValueType) => {
    if (g.bool()) types.set(name, type())
    return name
  }
  const inputs = few(g, 3, () => declare(fresh(), () => randomType(g, 2)))
  const constants = new Map<string, Tensor>()
  for (const value of few(g, 3, () => randomTensor(g))) {
    constants.set(
      declare(fresh(), () => tensorType(value.dtype, value.shape)),
      value,
    )
  }
  const nodes = few(g, 5, (): Node => {
    const visible = ['', ...outer, ...defined]
    const inner: Scope = { depth: depth - 1, outer: new Set([...outer, ...defined]), used }
    return {
      name: g.bool() ? randomText(g) : '',
      domain: g.oneOf(['', '', 'ai.onnx.ml', 'my domain']),
      op: g.bool() ? g.oneOf(['Add', 'Conv']) : randomText(g),
      inputs: few(g, 3, () => g.oneOf(visible)),
      attributes: new Map(few(g, 3, () => [randomText(g), randomAttribute(g, inner)])),
      outputs: few(g, 2, () => (g.int(0, 4) === 0 ? '' : declare(fresh(), () => randomType(g, 2)))),
      ...randomMetadata(g),
    }
  })
  const all = [...defined, ...outer]
  const outputs = all.length > 0 ? few(g, 2, () => g.oneOf(all)) : []
  return { name: randomText(g), inputs, outputs, nodes, constants, types, ...randomMetadata(g) }
}

function randomMetadata(g: Gen): { metadata?: ReadonlyMap<string, string> } {
  if (g.int(0, 3) > 0) return {}
  return { metadata: new Map(few(g, 2, () => [randomText(g), randomText(g)])) }
}

function randomDim(g: Gen): Dim {
  const name = symbol(randomText(g))
  return g.oneOf<Dim>([g.int(0, 5), name, addDims(mulDims(name, 3), 5), floorDivDims(addDims(name, 1), 2)])
}

function randomType(g: Gen, depth: number): ValueType {
  const dtype = g.oneOf(dtypes)
  const kind = g.oneOf(['tensor', 'tensor', 'sparse', 'sequence', 'optional', 'map'] as const)
  if (kind === 'map' && depth > 0) return { kind, key: 'int64', value: randomType(g, depth - 1) }
  if ((kind === 'sequence' || kind === 'optional') && depth > 0) {
    return { kind, element: randomType(g, depth - 1) }
  }
  const shape = g.bool() ? few(g, 3, () => randomDim(g)) : undefined
  return { kind: kind === 'sparse' ? 'sparse' : 'tensor', dtype, ...(shape && { shape }) }
}

/** Any bit pattern may occur, so that not every tensor can be written as numbers. */
function randomTensor(g: Gen, dtype: DType = g.oneOf(dtypes)): Tensor {
  const shape = few(g, 3, () => g.int(0, 3))
  const length = dataLength(dtype, shape)
  if (dtype === 'string')
    return tensor(
      dtype,
      shape,
      Array.from({ length }, () => randomText(g)),
    )
  const Data = arrayOf(dtype)
  if (g.bool()) {
    const bytes = Uint8Array.from({ length: length * Data.BYTES_PER_ELEMENT }, () => g.int(0, 255))
    return tensor(dtype, shape, new Data(bytes.buffer) as never) // the class was chosen by dtype
  }
  const list = Array.from({ length }, () => randomNumber(g))
  const integers = list.map((value) => (Number.isFinite(value) ? Math.trunc(value) : 1))
  const isBig = Data === BigInt64Array || Data === BigUint64Array
  const data = isBig ? integers.map(BigInt) : dtypeInfo(dtype).kind === 'float' ? list : integers
  return tensor(dtype, shape, Reflect.construct(Data, [data]))
}

function randomSparse(g: Gen): SparseTensor {
  const indices = randomTensor(g, 'int64') as SparseTensor['indices'] // the dtype was asked for
  return { kind: 'sparse', shape: [3, 4], values: randomTensor(g), indices }
}

const kinds = [
  'graph',
  'graphs',
  'float',
  'int',
  'string',
  'tensor',
  'sparse',
  'type',
  'floats',
  'ints',
  'strings',
  'tensors',
  'sparses',
  'types',
] as const satisfies readonly Attribute['kind'][]

function randomAttribute(g: Gen, scope: Scope): Attribute {
  const list = <T>(item: () => T): T[] => few(g, 2, item)
  const kind = g.oneOf<Attribute['kind']>(scope.depth >= 0 ? kinds : kinds.slice(2))
  switch (kind) {
    case 'float':
      return { kind, value: randomNumber(g) }
    case 'int':
      return { kind, value: g.oneOf([-(2n ** 63n), 2n ** 63n - 1n, 0n, BigInt(g.int(-9, 9))]) }
    case 'string':
      return { kind, value: randomText(g) }
    case 'tensor':
      return { kind, value: randomTensor(g) }
    case 'sparse':
      return { kind, value: randomSparse(g) }
    case 'type':
      return { kind, value: randomType(g, 2) }
    case 'graph':
      return { kind, value: randomGraph(g, scope) }
    case 'floats':
      return { kind, value: list(() => randomNumber(g)) }
    case 'ints':
      return { kind, value: list(() => BigInt(g.int(-9, 9))) }
    case 'strings':
      return { kind, value: list(() => randomText(g)) }
    case 'tensors':
      return { kind, value: list(() => randomTensor(g)) }
    case 'graphs':
      return { kind, value: list(() => randomGraph(g, scope)) }
    case 'sparses':
      return { kind, value: list(() => randomSparse(g)) }
    case 'types':
      return { kind, value: list(() => randomType(g, 2)) }
    default:
      return kind satisfies never
  }
}
