/** The axes of every reduction but ReduceSum became an input in version 18, and those of ReduceSum in version 13. */
import type { Node } from '../../../ir/graph.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from '../upgrade/attributes.ts'
import { defineLowering, type Lowering, type LoweringContext } from './define.ts'
import { inputToInts } from './helpers.ts'

function reduction(op: string, before = 18): Omit<Lowering, 'domain'> {
  return {
    op,
    before,
    convert: (node, c) => {
      const [data, axes = ''] = node.inputs
      const bare = withAttributes(withInputs(node, [data]), { noop_with_empty_axes: undefined })
      if (attributeOf(node, 'noop_with_empty_axes', attr.int(0)) === 0) {
        return inputToInts(node, bare, { index: 1, name: 'axes', context: c, dropEmpty: true })
      }
      const lowered = inputToInts(node, bare, { index: 1, name: 'axes', context: c, dropEmpty: true })
      return axes !== '' && lowered.attributes.has('axes') ? lowered : noReduction(c)
    },
  }
}

const noReduction = (c: LoweringContext): Node =>
  c.cannot('a reduction along no axis (noop_with_empty_axes) did not exist')

export const reduceL1 = defineLowering(reduction('ReduceL1'))
export const reduceL2 = defineLowering(reduction('ReduceL2'))
export const reduceLogSum = defineLowering(reduction('ReduceLogSum'))
export const reduceLogSumExp = defineLowering(reduction('ReduceLogSumExp'))
export const reduceMax = defineLowering(reduction('ReduceMax'))
export const reduceMean = defineLowering(reduction('ReduceMean'))
export const reduceMin = defineLowering(reduction('ReduceMin'))
export const reduceProd = defineLowering(reduction('ReduceProd'))
export const reduceSumSquare = defineLowering(reduction('ReduceSumSquare'))
export const reduceSum = defineLowering(reduction('ReduceSum', 13))
