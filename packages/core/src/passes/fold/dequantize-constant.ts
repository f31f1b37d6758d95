import { elementCount } from '../../base/shape.ts'
import { narrow, wide, widen } from '../../base/wide.ts'
import { numberOf } from '../attributes.ts'
import { definePass, phases, refused } from '../define.ts'
import { constant, op, optional } from '../pattern.ts'

export const dequantizeConstant = definePass({
  name: 'dequantize-constant',
  priority: phases.finish,
  doc: 'DequantizeLinear of a constant that no integer kernel took becomes the floats that it means, block-wise and 4-bit weights apart.',
  pattern: op('DequantizeLinear', [constant('x'), constant('scale'), optional('zero')], { as: 'node' }),
  build: ({ view, root, node, constant: of, tryValue }, emit) => {
    const [x, scale, zero] = [of('x')!, of('scale')!, of('zero')]
    const dtype = view.dtype(root.outputs[0]!)
    if (tryValue('zero') !== undefined && !zero) return refused('the zero point must be a constant')
    if (numberOf(node('node'), 'block_size') !== 0 || !/^u?int(8|16|32)$/.test(x.dtype)) {
      return refused('block-wise and narrow weights stay quantized')
    }
    if (!dtype) return refused('the type of the result must be known')
    const axis = numberOf(node('node'), 'axis', 1)
    const perAxis = elementCount(scale.shape) > 1 || elementCount(zero?.shape ?? []) > 1
    const at = axis < 0 ? axis + x.shape.length : axis
    const inner = perAxis ? elementCount(x.shape.slice(at + 1)) : 1
    const size = perAxis ? x.shape[at]! : 1
    const scales = widen(scale).data as Float64Array // scales are floats
    const zeros = zero && (widen(zero).data as Float64Array) // the type of x, see above
    const numbers = widen(x).data as Float64Array // see above
    const result = numbers.map((value, i) => {
      const slice = Math.floor(i / inner) % size
      return (
        (value - (zeros ? zeros[zeros.length > 1 ? slice : 0]! : 0)) * scales[scales.length > 1 ? slice : 0]!
      )
    })
    return emit.constant(narrow(wide(dtype, x.shape, result)))
  },
})
