import type { GraphBuilder } from '../../ir/builder.ts'
import { type Attrs, attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { lowerMatMulNBits } from '../lower/block-quantized.ts'
import { type FactArgs, maybe, type NameArgs, one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { castTo } from '../shared/cast-node.ts'
import { requireShape, requireSize } from '../shared/require.ts'
import { numbersPerByte, unpackBits } from './shared/packed-bits.ts'
import { cast } from './shared/quantized-graph.ts'

const inputs = {
  A: one('T1'),
  B: one('T2'),
  scales: one('T1'),
  zero_points: maybe('T3'),
  g_idx: maybe('T4'),
  bias: maybe('T1'),
}
const attrs = {
  K: attr.required.int(),
  N: attr.required.int(),
  bits: attr.int(4),
  block_size: attr.required.int(),
  accuracy_level: attr.int(0),
  weight_prepacked: attr.int(0),
}
type Options = Attrs<typeof attrs>

/**
 * A times the transpose of a quantized matrix of N rows and K columns, plus a bias. Blocks along K have a
 * scale and a zero point each, which is the middle of the range where none is given; g_idx names the block
 * of each column. Sums are taken in float32; accuracy_level only allows for less precision.
 */
export const matmulNBits = defineOp({
  name: 'MatMulNBits',
  domain: 'com.microsoft',
  since: [1],
  types: {
    T1: ['float32', 'float16', 'bfloat16'],
    T2: ['uint8'],
    T3: ['uint8', 'float16', 'float32', 'bfloat16'],
    T4: ['int32'],
  },
  inputs,
  outputs: { Y: one('T1') },
  attrs,
  infer: ({ A, B, zero_points, bias }, options) => {
    const { K, N, bits, block_size, weight_prepacked } = options
    const perByte = numbersPerByte(bits)
    if (block_size < 16 || !Number.isInteger(Math.log2(block_size))) {
      refuse('block_size must be a power of two from 16 on', block_size)
    }
    if (weight_prepacked !== 0) refuse('B must be packed as the standard says', weight_prepacked)
    if (A.shape?.length === 0) refuse('A must have rank 1 at least', 0)
    requireSize('the last size of A', A.shape?.at(-1), K)
    requireShape('B', B, [N, Math.ceil(K / block_size), block_size / perByte])
    requireShape('bias', bias, [N])
    if (zero_points && zero_points.dtype !== 'uint8' && zero_points.dtype !== A.dtype) {
      refuse(`zero_points must be uint8 or ${A.dtype}`, zero_points.dtype)
    }
    return { Y: tensorFact(A.dtype, A.shape?.with(-1, N)) }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    emit: (inputs, { Y }, options, context) => lowerMatMulNBits({ ...inputs, Y }, options, context),
    build: (b, names, options, { inputs: facts }) => {
      const { dtype } = facts.A
      const wide = (x: string) => castTo(b, x, dtype, 'float32')
      const weight = b.node('Transpose', [weights(b, names, facts, options)], { perm: [1, 0] })
      const product = b.node('MatMul', [wide(names.A), weight])
      const y = names.bias === undefined ? product : b.node('Add', [product, wide(names.bias)])
      return { Y: castTo(b, y, 'float32', dtype) }
    },
  },
})

/** The matrix [N, K] in float32. */
function weights(
  b: GraphBuilder,
  { B, scales, zero_points, g_idx }: NameArgs<typeof inputs>,
  { A, zero_points: zeroFact }: FactArgs<typeof inputs>,
  { N, K, bits, block_size }: Options,
): string {
  const blocks = Math.ceil(K / block_size)
  const shape = (...sizes: readonly number[]) => b.literal('int64', sizes)
  const reshape = (x: string, ...sizes: readonly number[]) => b.node('Reshape', [x, shape(...sizes)])
  const firstOf = (x: string, count: number) => b.node('Slice', [x, shape(0), shape(count), shape(1)])
  const middle = b.literal('float32', 2 ** (bits - 1))
  const zeros = (): string => {
    if (zero_points === undefined || !zeroFact) return b.node('Expand', [middle, shape(N, blocks)])
    if (zeroFact.dtype !== 'uint8') {
      return castTo(b, reshape(zero_points, N, blocks), zeroFact.dtype, 'float32')
    }
    return cast(b, firstOf(unpackBits(b, reshape(zero_points, N, -1), 2, bits), blocks), 'float32')
  }
  const numbers = cast(b, unpackBits(b, B, 3, bits), 'float32')
  const flat = firstOf(reshape(numbers, N, -1), K)
  const perColumn = (x: string): string => {
    if (g_idx !== undefined) return b.node('Gather', [x, firstColumns(b, g_idx, K)], { axis: 1 })
    const repeated = b.node('Expand', [reshape(x, N, blocks, 1), shape(N, blocks, block_size)])
    return firstOf(reshape(repeated, N, -1), K)
  }
  const centred = b.node('Sub', [flat, perColumn(zeros())])
  return b.node('Mul', [centred, perColumn(castTo(b, reshape(scales, N, blocks), A.dtype, 'float32'))])
}

/** g_idx may go on to the end of the last block. */
function firstColumns(b: GraphBuilder, indices: string, count: number): string {
  return b.node('Slice', [indices, b.literal('int64', [0]), b.literal('int64', [count])])
}
