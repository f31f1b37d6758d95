import { attr } from './attr.ts'
import { defineOp, none } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { numbersIn } from './shared/elements.ts'
import { requireShape } from './shared/require.ts'
import { scaledDim } from './shared/resize/resize-axes.ts'
import { resizeTensor } from './shared/resize/resize-kernel.ts'
import { classicTensors } from './types.ts'

/** Resize by scales of at least 1 with asymmetric coordinates; opset 10 replaced it by Resize. */
export const upsample = defineOp({
  name: 'Upsample',
  since: [1, 7, 9, 10],
  deprecated: true,
  types: { T: classicTensors },
  inputs: { X: one('T'), scales: one('float32') },
  outputs: { Y: one('T') },
  attrs: { mode: attr.oneOf(['nearest', 'linear'], 'nearest') },
  infer: ({ X, scales }, { mode }, { freshDim }) => {
    if (mode === 'linear' && X.dtype === 'string') refuse('strings need the mode nearest', mode)
    requireShape('scales', scales, [X.shape?.length])
    const factors = scales.constant && numbersIn(scales.constant)
    const shape = X.shape?.map((size, axis) => {
      const factor = factors?.[axis]
      if (factor === undefined) return freshDim('upsampled')
      if (factor < 1) refuse('scales must be at least 1', factor)
      return scaledDim(size, factor) ?? freshDim('upsampled')
    })
    return { Y: tensorFact(X.dtype, shape) }
  },
  reference: ({ X, scales }, { mode }) => {
    const factors = numbersIn(scales)
    const axes = X.shape.map((size, axis) => {
      const scale = factors[axis]!
      return { axis, size, output: Number(scaledDim(size, scale)), scale, start: 0, end: 1 }
    })
    return {
      Y: resizeTensor(X, axes, {
        mode,
        nearest_mode: 'floor',
        coordinate_transformation_mode: 'asymmetric',
        cubic_coeff_a: -0.75,
        antialias: false,
        exclude_outside: false,
        extrapolation_value: 0,
      }),
    }
  },
  gradient: none('models are upgraded to Resize before they run'),
  lower: { kind: 'kernel' },
})
