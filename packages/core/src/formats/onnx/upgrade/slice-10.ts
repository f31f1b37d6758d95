import { literalTensor } from '../../../ir/builder.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** Bounds and axes became inputs. They may be as large as int64 goes. */
export const slice = defineUpgrade({
  op: 'Slice',
  before: 10,
  convert: (node, c) => {
    const [starts, ends, axes] = ['starts', 'ends', 'axes'].map((name) => {
      const list = attributeOf(node, name, attr.optional.int64s())
      return list && c.constant(literalTensor('int64', list), name)
    })
    const bare = withAttributes(node, { starts: undefined, ends: undefined, axes: undefined })
    return withInputs(bare, [node.inputs[0], starts, ends, axes])
  },
})
