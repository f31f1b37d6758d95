import { definePass, refused } from '../define.ts'
import { sole } from '../guards.ts'
import { op } from '../pattern.ts'
import { layers } from './affine.ts'
import { tryAffineOf } from './batch-normalization.ts'

export const foldBatchNormalization = definePass({
  name: 'fold-batch-normalization',
  priority: 300,
  doc: 'BatchNormalization after Conv, ConvTranspose, Gemm or another one goes into the weights of that layer.',
  pattern: op(
    'BatchNormalization',
    [op(['Conv', 'ConvTranspose', 'Gemm', 'BatchNormalization'], [], { as: 'layer', open: true })],
    {
      as: 'normalization',
      open: true,
    },
  ),
  guards: [sole('layer')],
  build: ({ view, node }, emit) => {
    const [layer, affine] = [node('layer'), tryAffineOf(view, node('normalization'))]
    if (!affine)
      return refused(
        'scale, B, mean and variance must be constants that no caller can replace, outside training',
      )
    return layers.get(layer.op)!.absorb(view, layer, affine, emit)
  },
})
