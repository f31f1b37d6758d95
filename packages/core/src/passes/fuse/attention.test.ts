import type { GraphBuilder } from '../../ir/builder.ts'
import { passTest, type Weights } from '../../testing/pass-test.ts'
import { transposeTranspose } from '../chain/transpose-transpose.ts'
import { attention } from './attention.ts'

const tolerance = { relative: 1e-3, absolute: 1e-4 }

interface Form {
  readonly scale?: 'scores' | 'divide' | 'both'
  readonly mask?: readonly (number | string)[]
  readonly layout?: 'heads' | 'rows'
}

function attend(b: GraphBuilder, g: Weights, { scale, mask, layout = 'heads' }: Form): string {
  const k = (value: number) => b.literal('float32', value)
  const q = g.input('q', ['B', 2, 'S', 4])
  const keys = layout === 'heads' ? g.input('k', ['B', 2, 'T', 4]) : g.input('k', ['B', 'T', 2, 4])
  const turned = b.node('Transpose', [keys], { perm: layout === 'heads' ? [0, 1, 3, 2] : [0, 2, 3, 1] })
  const plain =
    scale === 'both'
      ? b.node('MatMul', [b.node('Mul', [q, k(0.7)]), b.node('Mul', [turned, k(0.7)])])
      : b.node('MatMul', [q, turned])
  const scaled =
    scale === 'scores'
      ? b.node('Mul', [plain, k(0.5)])
      : scale === 'divide'
        ? b.node('Div', [plain, k(2)])
        : plain
  const masked = mask ? b.node('Add', [scaled, g.input('m', mask)]) : scaled
  return b.node('MatMul', [b.node('Softmax', [masked]), g.input('v', ['B', 2, 'T', 5])])
}

passTest(attention, [
  {
    name: 'scaled and masked',
    graph: (b, g) => attend(b, g, { scale: 'scores', mask: ['B', 1, 'S', 'T'] }),
    becomes: ['Attention'],
    tolerance,
  },
  {
    name: 'divided',
    graph: (b, g) => attend(b, g, { scale: 'divide', mask: ['S', 'T'] }),
    becomes: ['Attention'],
    tolerance,
  },
  {
    name: 'scaled on both sides, keys in rows',
    graph: (b, g) => attend(b, g, { scale: 'both', layout: 'rows' }),
    becomes: ['Transpose', 'Attention'],
    with: [transposeTranspose],
    tolerance,
  },
  { name: 'bare', graph: (b, g) => attend(b, g, {}), becomes: ['Attention'], tolerance },
  {
    name: 'not over another axis',
    graph: (b, g) =>
      b.node('MatMul', [
        b.node(
          'Softmax',
          [
            b.node('MatMul', [
              g.input('q', [1, 2, 3, 4]),
              b.node('Transpose', [g.input('k', [1, 2, 3, 4])], { perm: [0, 1, 3, 2] }),
            ]),
          ],
          { axis: 2 },
        ),
        g.input('v', [1, 2, 3, 4]),
      ]),
    because: 'attribute axis',
    tolerance,
  },
  {
    name: 'not where the weights are read',
    graph: (b, g) => {
      const weights = b.node('Softmax', [
        b.node('MatMul', [
          g.input('q', [1, 2, 3, 4]),
          b.node('Transpose', [g.input('k', [1, 2, 3, 4])], { perm: [0, 1, 3, 2] }),
        ]),
      ])
      return [b.node('MatMul', [weights, g.input('v', [1, 2, 3, 4])]), weights]
    },
    because: 'must have no other reader',
    tolerance,
  },
  {
    name: 'not with heads that broadcast',
    graph: (b, g) =>
      b.node('MatMul', [
        b.node('Softmax', [
          b.node('MatMul', [
            g.input('q', [1, 2, 3, 4]),
            b.node('Transpose', [g.input('k', [1, 1, 3, 4])], { perm: [0, 1, 3, 2] }),
          ]),
        ]),
        g.input('v', [1, 2, 3, 4]),
      ]),
    because: 'one number of heads',
    tolerance,
  },
])
