import { withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'
import { integers, shapeOf } from './helpers.ts'

/** One axis and its count became a count for every axis. */
export const tile = defineUpgrade({
  op: 'Tile',
  before: 6,
  convert: (node, c) => {
    const [input = '', ...numbers] = node.inputs
    const rank = shapeOf(input, c)?.length ?? c.cannot(`the rank of "${input}" must be known`)
    const [tiles, axis] = numbers.map((name) =>
      Number(c.constantOf(name)?.data[0] ?? c.cannot(`"${name}" must be known before the model runs`)),
    )
    const repeats = Array.from({ length: rank }, (_, i) => (i === axis ? tiles! : 1))
    return withInputs(node, [input, integers(c, repeats, 'repeats')])
  },
})
