import type { Tensor } from '../../base/tensor.ts'
import { definePass, refused } from '../define.ts'
import { sole } from '../guards.ts'
import { constant, op } from '../pattern.ts'
import { sameShape, tryAlongAxis } from '../tensors.ts'
import { type Affine, layers } from './affine.ts'

const layer = op([...layers.keys()], [], { as: 'layer', open: true })

/** The affine map of one operator with a constant c per channel. */
const maps: Readonly<Record<string, (c: Float64Array, isSecond: boolean) => Affine | undefined>> = {
  Mul: (c) => ({ scale: c, shift: new Float64Array(c.length) }),
  Div: (c, isSecond) =>
    isSecond ? { scale: c.map((x) => 1 / x), shift: new Float64Array(c.length) } : undefined,
  Add: (c) => ({ scale: new Float64Array(c.length).fill(1), shift: c }),
  Sub: (c, isSecond) => ({
    scale: new Float64Array(c.length).fill(isSecond ? 1 : -1),
    shift: isSecond ? c.map((x) => -x) : c,
  }),
}

export const foldAffine = definePass({
  name: 'fold-affine',
  priority: 310,
  doc: 'A constant per channel that the output of a layer is multiplied by, divided by or added to goes into its weights.',
  pattern: [
    op(['Mul', 'Div', 'Add', 'Sub'], [layer, constant('c')], { as: 'map' }),
    op('Sub', [constant('c'), layer], { as: 'map' }),
  ],
  guards: [
    sole('layer'),
    ({ view, root, node }) =>
      sameShape(view.shape(root.outputs[0]!), view.shape(node('layer').outputs[0]!)) ||
      'the constant must not enlarge the shape',
  ],
  build: ({ view, root, node, constant: of, value }, emit) => {
    const [target, one] = [node('layer'), layers.get(node('layer').op)!]
    const channels = one.channels(view, target)
    if (!channels) return refused('the weights must be constants that no caller can replace')
    const numbers = tryAlongAxis(of('c') as Tensor, channels.rank, channels.axis, channels.count) // the pattern asks a constant
    const affine = numbers && maps[root.op]!(numbers, root.inputs[1] === value('c'))
    if (!affine) return refused('the constant must be one, or one per channel')
    return one.absorb(view, target, affine, emit)
  },
})
