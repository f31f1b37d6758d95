/**
 * Version 22 leaves out windows that would start in the padding after the last element; older versions counted them
 * into the shape under ceil_mode. A window starts there only where `start >= size + padBefore`. The last start is
 * less than `size + padBefore + padAfter - kernel + stride`, so there is none where `stride + padAfter <= kernel`.
 */
import type { Node } from '../../../ir/graph.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf } from '../upgrade/attributes.ts'
import { shapeOf } from '../upgrade/helpers.ts'
import { defineLowering, type Lowering, type LoweringContext } from './define.ts'

const pool = (op: string): Omit<Lowering, 'domain'> => ({
  op,
  before: 22,
  convert: (node, c) => {
    if (attributeOf(node, 'ceil_mode', attr.int(0)) === 0) return node
    if (attributeOf(node, 'auto_pad', attr.string('NOTSET')) !== 'NOTSET') return node
    const kernel = attributeOf(node, 'kernel_shape', attr.ints([]))
    return kernel.some((_, axis) => mayStartBehind(node, axis, c))
      ? c.cannot(
          'under ceil_mode, a window that starts behind the last element was counted before version 22',
        )
      : node
  },
})

function mayStartBehind(node: Node, axis: number, c: LoweringContext): boolean {
  const list = (name: string) => attributeOf(node, name, attr.ints([]))
  const kernelShape = list('kernel_shape')
  const kernel = (kernelShape[axis]! - 1) * (list('dilations')[axis] ?? 1) + 1
  const stride = list('strides')[axis] ?? 1
  const padBefore = list('pads')[axis] ?? 0
  const padAfter = list('pads')[axis + kernelShape.length] ?? 0
  if (stride + padAfter <= kernel) return false
  const size = shapeOf(node.inputs[0] ?? '', c)?.[axis + 2]
  if (typeof size !== 'number') return true
  const lastStart = Math.ceil((size + padBefore + padAfter - kernel) / stride) * stride
  return lastStart >= size + padBefore
}

export const averagePool = defineLowering(pool('AveragePool'))
export const maxPool = defineLowering(pool('MaxPool'))
