/** BatchNormalization outside training as a factor and an offset per channel. */
import type { Node } from '../../ir/graph.ts'
import { numberOf } from '../attributes.ts'
import type { GraphView } from '../graph-view.ts'
import { tryNumbers } from '../tensors.ts'
import type { Affine } from './affine.ts'

/** Undefined in training, or where a caller can replace a parameter. */
export function tryAffineOf(view: GraphView, node: Node): Affine | undefined {
  const [gain, bias, mean, variance] = node.inputs.slice(1).map((name) => {
    const tensor = view.constant(name)
    return tensor && tryNumbers(tensor)
  })
  if (!gain || !bias || !mean || !variance || numberOf(node, 'training_mode') !== 0) return undefined
  const epsilon = numberOf(node, 'epsilon')
  const scale = gain.map((factor, i) => factor / Math.sqrt(variance[i]! + epsilon))
  return { scale, shift: bias.map((offset, i) => offset - mean[i]! * scale[i]!) }
}
