import { definePass, refused } from '../define.ts'
import { isElementwise } from '../elementwise.ts'
import { op, opWhere } from '../pattern.ts'
import { permOf } from '../permutation.ts'
import { pullAll, tryPull } from './pull.ts'
import { reductionOf } from './reduction.ts'

export const transposeCancel = definePass({
  name: 'transpose-cancel',
  priority: 400,
  doc: 'A Transpose after elementwise operators and reductions moves up through them where it meets others and fewer are left.',
  pattern: op('Transpose', ['x'], { as: 'transpose' }),
  guards: [
    ({ view, value }) =>
      ['elementwise', 'decompose', 'reduction'].includes(
        (view.producer(value('x')) && view.op(view.producer(value('x'))!)?.lower.kind) ?? '',
      ) || 'x must come from an elementwise operator or a reduction',
  ],
  build: ({ view, node, value }, emit) => {
    const perm = permOf(view, node('transpose'))
    const pull = perm && tryPull(view, value('x'), perm)
    // The Transpose itself goes away.
    return pull && pull.cost <= 0 ? pull.emit(emit) : refused('no Transpose would go away')
  },
})

export const transposeJoin = definePass({
  name: 'transpose-join',
  priority: 410,
  doc: 'Several Transposes above an elementwise operator become one below it.',
  pattern: opWhere(
    'an elementwise operator',
    ({ lower }) => ['elementwise', 'decompose'].includes(lower.kind),
    [],
    { as: 'node', open: true },
  ),
  build: ({ view, node }, emit) => {
    const target = node('node')
    const above = target.inputs
      .map((name) => view.producer(name))
      .filter((maker) => maker?.op === 'Transpose')
    if (above.length < 2 || !isElementwise(view, target))
      return refused('two inputs of an elementwise operator must come from Transpose')
    const perm = permOf(view, above[0]!)
    const back = perm?.map((_, axis) => perm.indexOf(axis))
    const pulls = back && pullAll(view, target, back)
    // One Transpose is added below.
    if (!perm || !pulls || pulls.cost + 1 >= 0) return refused('no Transpose would go away')
    return emit.node('Transpose', [emit.again(target, pulls.emit(emit))], { perm })
  },
})

export const transposeReduction = definePass({
  name: 'transpose-reduction',
  priority: 420,
  doc: 'A reduction of a transposed value reduces the value itself; what is left is transposed, if it need be.',
  pattern: opWhere(
    'a reduction',
    ({ lower }) => lower.kind === 'reduction',
    [op('Transpose', ['x'], { as: 'transpose' })],
    {
      as: 'reduction',
      open: true,
    },
  ),
  guards: [
    ({ view, node }) => view.isSole(node('transpose').outputs[0]!) || 'the Transpose must have one reader',
  ],
  build: ({ view, node, value }, emit) => {
    const [perm, reduction] = [permOf(view, node('transpose')), reductionOf(view, node('reduction'))]
    if (!perm || !reduction) return refused('the axes must be constants')
    const axes = reduction.axes.map((axis) => perm[axis]!)
    const reduced = emit.again(node('reduction'), [
      value('x'),
      emit.literal(
        'int64',
        [...axes].sort((a, b) => a - b),
      ),
    ])
    const kept = reduction.keepsAxes ? perm : perm.filter((_, axis) => !reduction.axes.includes(axis))
    // Axes that are left, counted anew from 0.
    const order = kept.map((axis) => kept.filter((other) => other < axis).length)
    return order.every((axis, i) => axis === i) ? reduced : emit.node('Transpose', [reduced], { perm: order })
  },
})
