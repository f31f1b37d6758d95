import type { Dim } from '../../base/dim.ts'
import { dtypeInfo } from '../../base/dtype.ts'
import { elementCount } from '../../base/shape.ts'
import { wide } from '../../base/wide.ts'
import type { GraphBuilder } from '../../ir/builder.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact, valuesOf } from '../fact.ts'
import { lowerUniform } from '../lower/uniform.ts'
import { one } from '../param.ts'
import { philox } from '../random.ts'
import { refuse, refuseValue } from '../refuse.ts'
import { integersOf } from '../shared/elements.ts'
import { freshShape } from '../shared/fresh-shape.ts'
import { listLength, requireShape } from '../shared/require.ts'

/**
 * Uniform numbers in [0, 1) that depend on the key, the stream and their place alone: 24 bits each, of Philox4x32-10. The
 * key is a seed and the number of a call; `stream` tells apart what one call draws.
 */
export const keyedUniform = defineOp({
  name: 'RandomUniform',
  domain: 'ai.slipway',
  since: [1],
  types: { K: ['int64'], T: ['float32'] },
  inputs: { key: one('K'), shape: one('K') },
  outputs: { output: one('T') },
  attrs: { stream: attr.int(0) },
  infer: ({ key, shape }, _attrs, context) => {
    requireShape('key', key, [2])
    const sizes = valuesOf(shape)
    const rank = listLength('shape', shape)
    if (sizes?.some(isNegative)) refuse('sizes must not be negative', sizes)
    return {
      output: tensorFact(
        'float32',
        sizes ?? (rank === undefined ? undefined : freshShape(rank, 'size', context)),
      ),
    }
  },
  reference: ({ key, shape: sizes }, { stream }, { checkElements }) => {
    const shape = integersOf(sizes)
    if (shape.some(isNegative)) refuseValue('sizes must not be negative', shape)
    const count = elementCount(shape)
    checkElements(count)
    const [seedLow, seedHigh, callLow, callHigh] = wordsOf(key.data as BigInt64Array) // int64, as its type says
    const numbers = new Float64Array(count)
    for (let i = 0; i < count; i += 4) {
      const words = philox([i / 4, callLow!, stream >>> 0, callHigh!], [seedLow!, seedHigh!])
      numbers.set(
        words.slice(0, count - i).map((word) => (word >>> 8) * 2 ** -24),
        i,
      )
    }
    return { output: wide('float32', shape, numbers) }
  },
  gradient: none('random numbers do not depend on their key by little steps'),
  lower: {
    kind: 'decompose',
    emit: ({ key }, { output }, { stream }, context) => lowerUniform(key, output, stream, context),
    build: (b, { key, shape }, { stream }) => ({ output: decomposed(b, key, shape, stream) }),
  },
})

const isNegative = (size: Dim): boolean => typeof size === 'number' && size < 0

/** The lower and the upper 32 bits of each. */
function wordsOf(list: Iterable<bigint>): number[] {
  return [...list].flatMap((value) => [
    Number(BigInt.asUintN(32, value)),
    Number(BigInt.asUintN(32, value >> 32n)),
  ])
}

const uint64 = { to: dtypeInfo('uint64').code }
const mask = 0xffffffffn

/** The words as uint64, so that products have room. */
function decomposed(b: GraphBuilder, key: string, shape: string, stream: number): string {
  const wide64 = (value: bigint) => b.literal('uint64', [value])
  const low = (x: string) => b.node('BitwiseAnd', [x, wide64(mask)])
  const high = (x: string) => b.node('BitShift', [x, wide64(32n)], { direction: 'RIGHT' })
  const ints = (...list: readonly number[]) => b.literal('int64', list)
  const [seed, call] = b
    .nodes('Split', [b.node('Cast', [key], uint64)], { num_outputs: 2 }, { outputs: 2 })
    .map((part) => [low(part), high(part)] as const) as [readonly [string, string], readonly [string, string]] // two
  const count = b.node('ReduceProd', [shape], { keepdims: 0 })
  const scalar = (value: number) => b.literal('int64', value)
  const blockCount = b.node('Div', [b.node('Add', [count, scalar(3)]), scalar(4)])
  const blocks = b.node('Cast', [b.node('Range', [scalar(0), blockCount, scalar(1)])], uint64)
  const xor = (x: string, y: string, z: string) => b.node('BitwiseXor', [b.node('BitwiseXor', [x, y]), z])
  let [c0, c1, c2, c3] = [blocks, call[0], wide64(BigInt(stream >>> 0)), call[1]]
  let [k0, k1] = seed
  for (let round = 0; round < 10; round++) {
    const [p0, p1] = [b.node('Mul', [c0, wide64(0xd2511f53n)]), b.node('Mul', [c2, wide64(0xcd9e8d57n)])]
    ;[c0, c1, c2, c3] = [xor(high(p1), c1, k0), low(p1), xor(high(p0), c3, k1), low(p0)]
    k0 = low(b.node('Add', [k0, wide64(0x9e3779b9n)]))
    k1 = low(b.node('Add', [k1, wide64(0xbb67ae85n)]))
  }
  const columns = [c0, c1, c2, c3].map((words) => b.node('Unsqueeze', [words, ints(1)]))
  const words = b.node('Reshape', [b.node('Concat', columns, { axis: 1 }), ints(-1)])
  const bits = b.node('BitShift', [words, wide64(8n)], { direction: 'RIGHT' })
  const numbers = b.node('Mul', [
    b.node('Cast', [bits], { to: dtypeInfo('float32').code }),
    b.literal('float32', 2 ** -24),
  ])
  const some = b.node('Slice', [numbers, ints(0), b.node('Unsqueeze', [count, ints(0)])])
  return b.node('Reshape', [some, shape], { allowzero: 1 })
}
