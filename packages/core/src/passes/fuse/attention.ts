import { dimsEqual } from '../../base/dim.ts'
import type { Tensor } from '../../base/tensor.ts'
import { float } from '../../ir/builder.ts'
import { definePass, type Guard, type Match, phases, refused } from '../define.ts'
import { closed, rank, sameFloat } from '../guards.ts'
import { constant, either, op, type Pattern } from '../pattern.ts'
import { permOf } from '../permutation.ts'
import { tryScalar } from '../tensors.ts'

const scalar = ({ data }: Tensor): string | undefined =>
  data.length === 1 ? undefined : 'must have one element'
const product = op('MatMul', ['q', op('Transpose', ['k'], { as: 'turn' })])
/** Exporters scale the scores, or q and k by a root each. */
const scores: Pattern = either(
  op('Mul', [product, constant('factor', scalar)]),
  op('Div', [product, constant('divisor', scalar)]),
  op('MatMul', [
    op('Mul', ['q', constant('qFactor', scalar)]),
    op('Mul', [op('Transpose', ['k'], { as: 'turn' }), constant('kFactor', scalar)]),
  ]),
  op('MatMul', [op('Mul', ['q', constant('factor', scalar)]), op('Transpose', ['k'], { as: 'turn' })]),
  op('MatMul', [op('Div', ['q', constant('divisor', scalar)]), op('Transpose', ['k'], { as: 'turn' })]),
  product,
)
const isLastAxis = (axis: unknown): boolean => axis === -1 || axis === 3
const attend = (from: Pattern) =>
  op('MatMul', [op('Softmax', [from], { attributes: { axis: isLastAxis } }), 'v'])

function scaleOf({ has, constant: of }: Match): number | undefined {
  const one = (name: string) => (has(name) ? tryScalar(of(name)) : 1)
  const [factor, divisor, q, k] = ['factor', 'divisor', 'qFactor', 'kFactor'].map(one)
  return factor === undefined || divisor === undefined || q === undefined || k === undefined
    ? undefined
    : (factor * q * k) / divisor
}

/** The mask must broadcast to the scores and not the scores to it. */
const maskFits: Guard = ({ has, shape, view, matched }) => {
  if (!has('mask')) return true
  const [mask, whole] = [shape('mask'), view.shape(matched[1]!.outputs[0]!)]
  const fits =
    mask &&
    whole &&
    mask.length <= 4 &&
    mask.length >= 2 &&
    mask.every((size, i) => size === 1 || dimsEqual(size, whole[4 - mask.length + i]!))
  return fits || 'the mask must broadcast to the scores'
}

/**
 * A row whose mask is -Infinity everywhere gives NaN in the parts and zeros in the whole.
 */
export const attention = definePass({
  name: 'attention',
  priority: phases.fuse + 300,
  doc: 'softmax(scale * Q Kᵀ + mask) V over [batch, heads, length, size] becomes Attention.',
  pattern: [attend(op('Add', [scores, 'mask'])), attend(scores)],
  guards: [sameFloat('q', 'k', 'v', 'mask'), rank('q', 4), rank('k', 4), rank('v', 4), maskFits, closed],
  build: (match, emit) => {
    const { view, node, value, tryValue, shape } = match
    const perm = permOf(view, node('turn'))
    const scale = scaleOf(match)
    if (!perm || scale === undefined || !(scale > 0)) return refused('the scale must be a positive constant')
    // The Transpose gives [batch, heads, size, length], and Attention wants the last two axes the other way round.
    const order = [perm[0]!, perm[1]!, perm[3]!, perm[2]!]
    const isPlain = order.every((axis, i) => axis === i)
    const k = isPlain ? value('k') : emit.node('Transpose', [value('k')], { perm: order })
    const heads = [shape('q')![1]!, order.map((axis) => shape('k')![axis]!)[1]!, shape('v')![1]!]
    const batches = [shape('q')![0]!, order.map((axis) => shape('k')![axis]!)[0]!, shape('v')![0]!]
    const isEqual = [heads, batches].every(([first, ...rest]) =>
      rest.every((size) => dimsEqual(size, first!)),
    )
    if (!isEqual) return refused('Q, K and V must have one batch and one number of heads')
    return emit.node('Attention', [value('q'), k, value('v'), tryValue('mask')], { scale: float(scale) })
  },
})
