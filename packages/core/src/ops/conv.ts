import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerConv } from './lower/conv.ts'
import { maybe, one } from './param.ts'
import { convDims, convolve } from './shared/convolution.ts'
import { floatsOf } from './shared/elements.ts'
import { windowAttrs, windowAxes } from './shared/window.ts'
import { floats } from './types.ts'

/**
 * Slides the kernels W [maps, channels / group, …] over X [batch, channels, …] and adds the bias B [maps].
 */
export const conv = defineOp({
  name: 'Conv',
  since: [1, 11, 22],
  types: { T: floats },
  inputs: { X: one('T'), W: one('T'), B: maybe('T') },
  outputs: { Y: one('T') },
  attrs: { ...windowAttrs, group: attr.int(1), kernel_shape: attr.optional.ints() },
  infer: ({ X, W, B }, attrs, { freshDim }) => ({
    Y: tensorFact(X.dtype, convDims(X, W, B, attrs, freshDim)),
  }),
  reference: ({ X, W, B }, attrs, { checkElements, checkCancelled }) => {
    const axes = windowAxes(X.shape.slice(2), W.shape.slice(2), attrs)
    const shape = [X.shape[0]!, W.shape[0]!, ...axes.map((axis) => axis.output)]
    checkElements(shape.reduce((product, size) => product * size, 1))
    const y = convolve({
      x: floatsOf(X),
      xShape: X.shape,
      w: floatsOf(W),
      wShape: W.shape,
      bias: B && floatsOf(B),
      group: attrs.group,
      axes,
      checkCancelled,
    })
    return { Y: wide(X.dtype, shape, y) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    epilogue: true,
    emit: (inputs, { Y }, attrs, context) => lowerConv(inputs, Y, attrs, context),
  },
})
