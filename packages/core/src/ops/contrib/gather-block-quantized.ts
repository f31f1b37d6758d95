import { type Dim, mulDims } from '../../base/dim.ts'
import { normalizeAxis } from '../../base/shape.ts'
import type { GraphBuilder } from '../../ir/builder.ts'
import { type Attrs, attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { lowerGatherBlocks } from '../lower/block-quantized.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import { type FactArgs, maybe, type NameArgs, one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { castTo } from '../shared/cast-node.ts'
import { checkScale } from '../shared/quantization.ts'
import { indexInts } from '../types.ts'
import { numbersPerByte, unpackBits } from './shared/packed-bits.ts'

const inputs = { data: one('T1'), indices: one('Tind'), scales: one('T2'), zero_points: maybe('T1') }
const attrs = {
  bits: attr.int(4),
  block_size: attr.int(128),
  quantize_axis: attr.int(1),
  gather_axis: attr.int(0),
}
type Facts = FactArgs<typeof inputs>
type Options = Attrs<typeof attrs>

/**
 * Gather from a tensor that is quantized in blocks along quantize_axis. Bytes hold numbers of `bits` bits
 * along the last axis, the lowest first; their zero point is the middle of the range where none is given.
 */
export const gatherBlockQuantized = defineOp({
  name: 'GatherBlockQuantized',
  domain: 'com.microsoft',
  since: [1],
  types: {
    T1: ['int4', 'uint4', 'uint8'],
    T2: ['float32', 'float16', 'bfloat16'],
    Tind: indexInts,
  },
  inputs,
  outputs: { output: one('T2') },
  attrs,
  infer: (facts, options) => {
    const { block_size, quantize_axis, gather_axis } = options
    if (block_size < 16 || !Number.isInteger(Math.log2(block_size))) {
      refuse('block_size must be a power of two from 16 on', block_size)
    }
    const data = numbersShape(facts.data, options.bits)
    if (!data || !facts.indices.shape) return { output: tensorFact(facts.scales.dtype, undefined) }
    checkScale(data, facts.scales.shape, { axis: quantize_axis, block_size })
    const axis = normalizeAxis(gather_axis, data.length)
    return { output: tensorFact(facts.scales.dtype, data.toSpliced(axis, 1, ...facts.indices.shape)) }
  },
  reference: 'decomposed',
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    emit: (inputs, { output }, options, context) =>
      lowerGatherBlocks({ ...inputs, output }, options, context),
    build: (b, names, options, { inputs: facts }) => {
      const real = dequantized(b, names, facts, options)
      if (real === undefined) return undefined
      return { output: b.node('Gather', [real, names.indices], { axis: options.gather_axis }) }
    },
  },
})

/** The shape of the numbers that the bytes hold. */
function numbersShape({ dtype, shape }: TensorFact, bits: number): readonly Dim[] | undefined {
  if (dtype !== 'uint8' || !shape) return shape
  if (shape.length === 0) return refuse('data must have an axis', 'a scalar')
  return shape.with(-1, mulDims(shape.at(-1)!, numbersPerByte(bits)))
}

function dequantized(
  b: GraphBuilder,
  { data, scales, zero_points }: NameArgs<typeof inputs>,
  facts: Facts,
  { bits, block_size, quantize_axis }: Options,
): string | undefined {
  const rank = facts.data.shape?.length
  if (rank === undefined) return undefined
  const packed = facts.data.dtype === 'uint8'
  const numbers = packed ? unpackBits(b, data, rank, bits) : data
  const zeros = (): string | undefined => {
    if (!packed) return zero_points
    const sizes = b.node('Shape', [scales])
    if (zero_points === undefined) return b.node('Expand', [b.literal('uint8', 2 ** (bits - 1)), sizes])
    // The last byte of a row may hold fewer zero points than it has room for.
    const all = unpackBits(b, zero_points, rank, bits)
    const start = new Array<number>(rank).fill(0)
    return b.node('Slice', [all, b.literal('int64', start), sizes])
  }
  const { dtype } = facts.scales
  const scale = castTo(b, scales, dtype, 'float32')
  const real = b.node('DequantizeLinear', [numbers, scale, zeros()], { axis: quantize_axis, block_size })
  return castTo(b, real, 'float32', dtype)
}
