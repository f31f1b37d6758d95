import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from './attributes.ts'
import { defineUpgrade } from './define.ts'
import { dtypeOf } from './helpers.ts'

/** Version 1 had one list of texts, whose places were the numbers; the type of the input said which way to go. */
export const labelEncoder = defineUpgrade({
  domain: 'ai.onnx.ml',
  op: 'LabelEncoder',
  before: 2,
  convert: (node, c) => {
    const classes = attributeOf(node, 'classes_strings', attr.strings([]))
    const places = classes.map((_, i) => BigInt(i))
    const bare = withAttributes(node, { classes_strings: undefined })
    const dtype = dtypeOf(node.inputs[0]!, c) ?? c.cannot('the element type of X must be known')
    return dtype === 'string'
      ? withAttributes(bare, { keys_strings: classes, values_int64s: places, default_string: undefined })
      : withAttributes(bare, { keys_int64s: places, values_strings: classes, default_int64: undefined })
  },
})
