import { definePass, phases, refused } from '../define.ts'
import { op } from '../pattern.ts'
import { tensorOfNumbers } from '../tensors.ts'
import { tryAffineOf } from './batch-normalization.ts'

export const expandBatchNormalization = definePass({
  name: 'expand-batch-normalization',
  priority: phases.finish + 100,
  doc: 'BatchNormalization that no layer before it could take in becomes x * scale + shift, with constants per channel.',
  pattern: op('BatchNormalization', ['x'], { as: 'node', open: true }),
  build: ({ view, node, value, shape, dtype }, emit) => {
    const affine = tryAffineOf(view, node('node'))
    const [rank, type] = [shape('x')?.length, dtype('x')]
    if (!affine)
      return refused(
        'scale, B, mean and variance must be constants that no caller can replace, outside training',
      )
    if (rank === undefined || rank < 2 || type === undefined)
      return refused('the rank of x must be known, and 2 or more')
    const sizes = [affine.scale.length, ...new Array<number>(rank - 2).fill(1)]
    const perChannel = (numbers: Float64Array) => emit.constant(tensorOfNumbers(type, sizes, numbers))
    return emit.node('Add', [
      emit.node('Mul', [value('x'), perChannel(affine.scale)]),
      perChannel(affine.shift),
    ])
  },
})
