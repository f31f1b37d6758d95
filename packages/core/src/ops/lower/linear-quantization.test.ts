import { it } from 'vitest'
import type { DType } from '../../base/dtype.ts'
import type { Tensor } from '../../base/tensor.ts'
import { scales, wholeRange } from '../../testing/bytes.ts'
import { exact, referenceOutputs } from '../../testing/check-emit.ts'
import { compareCompiled } from '../../testing/compare-compiled.ts'
import type { Gen } from '../../testing/gen.ts'
import { flat } from '../../testing/literals.ts'
import { randomCases } from '../../testing/random-cases.ts'
import type { AnyOp } from '../define.ts'
import { dequantizeLinear } from '../dequantize-linear.ts'
import { dynamicQuantizeLinear } from '../dynamic-quantize-linear.ts'
import { quantizeLinear } from '../quantize-linear.ts'

const integers = ['int8', 'uint8', 'int16', 'uint16'] as const

/** Compiled and reference results are the same bits. */
function check(op: AnyOp, inputs: readonly (Tensor | undefined)[], attrs = {}, outputCount = 1): void {
  const outputs = referenceOutputs(op, { inputs, attrs, outputCount })
  compareCompiled({ op, inputs, attrs, outputs }, exact)
}

/** A shape, and shapes of parameters per tensor, per slice or per block of an axis. */
function granularity(g: Gen) {
  const shape = g.shape({ rank: [1, 4], most: 17 })
  const axis = g.int(-shape.length, shape.length - 1)
  const at = shape.length === 1 ? 0 : (axis + shape.length) % shape.length
  const kind = g.oneOf(['tensor', 'one', 'slices', 'blocks'] as const)
  if (kind === 'tensor') return { shape, own: [], attrs: { axis } }
  if (kind === 'one') return { shape, own: [1], attrs: { axis } }
  if (kind === 'slices') return { shape, own: [shape[at]!], attrs: { axis } }
  const block_size = g.int(1, 3)
  const whole = shape.map((size, i) => (i === at ? size * block_size : size))
  return { shape: whole, own: shape, attrs: { axis, block_size } }
}

const parameters = (g: Gen, dtype: DType, own: readonly number[]) => [
  scales(g, own, g.bool(), -7, 3),
  g.int(0, 3) > 0 ? wholeRange(g, dtype, own) : undefined,
]

it('quantizes as the reference does, bit for bit', () => {
  randomCases(60, (g) => {
    const { shape, own, attrs } = granularity(g)
    const dtype = g.oneOf(integers)
    const x = g.tensor('float32', shape, { finite: g.bool() })
    const [scale, zero] = parameters(g, dtype, own)
    const code = { int8: 3, uint8: 2, int16: 5, uint16: 4 }[dtype]
    check(quantizeLinear, [x, scale, zero], zero ? attrs : { ...attrs, output_dtype: code })
  })
})

it('dequantizes as the reference does, bit for bit', () => {
  randomCases(60, (g) => {
    const { shape, own, attrs } = granularity(g)
    const dtype = g.oneOf([...integers, 'int32'] as const)
    check(dequantizeLinear, [wholeRange(g, dtype, shape), ...parameters(g, dtype, own)], attrs)
  })
})

it('quantizes by the range of what it is given', () => {
  randomCases(20, (g) => {
    check(dynamicQuantizeLinear, [g.tensor('float32', g.shape({ most: 40 }), { finite: g.bool() })], {}, 3)
  })
  check(dynamicQuantizeLinear, [flat('float32', [3], [0, 0, 0])], {}, 3)
  const many = Array.from({ length: 200_000 }, (_, i) => Math.sin(i) * (i % 7))
  check(dynamicQuantizeLinear, [flat('float32', [many.length], many)], {}, 3)
})
