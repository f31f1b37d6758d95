import { tensorType } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import type { Gen } from '../../testing/gen.ts'
import { f32, flat } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { flexAttention } from './flex-attention.ts'

const line = (...values: number[]) => flat('float32', [1, 1, values.length, 1], values)

/** A modifier that applies one operator with a literal. */
function modifier(op: string, value: number) {
  const b = graphBuilder({ name: op, prefix: 'mod_' })
  const x = b.input('x', tensorType('float32'))
  return b.build([b.node(op, [x, b.literal('float32', value)])])
}
function twoOutputs() {
  const b = graphBuilder()
  const x = b.input('x', tensorType('float32'))
  return b.build([b.node('Neg', [x]), b.node('Abs', [x])])
}
function shrinking() {
  const b = graphBuilder()
  const x = b.input('x', tensorType('float32'))
  return b.build([b.node('ReduceSum', [x])])
}

function random(g: Gen) {
  const [batch, heads, group, size] = [g.int(1, 2), g.int(1, 2), g.int(1, 2), g.int(1, 3)]
  const [queries, keys] = [g.int(1, 3), g.int(1, 3)]
  return {
    inputs: {
      Q: g.tensor('float32', [batch, heads * group, queries, size]),
      K: g.tensor('float32', [batch, heads, keys, size]),
      V: g.tensor('float32', [batch, heads, keys, g.int(1, 3)]),
    },
    attrs: {
      ...(g.bool() ? { scale: -0.5 } : {}),
      ...(g.bool() ? { score_mod: modifier('Mul', 0.5) } : {}),
      ...(g.bool() ? { prob_mod: modifier('Add', 0.25) } : {}),
    },
  }
}

opTest(flexAttention, {
  cases: [
    {
      name: 'weighs values by the softmax of the scaled scores',
      inputs: { Q: line(1), K: line(0, 1), V: line(0, 1) },
      outputs: { Y: line(Math.E / (1 + Math.E)) },
    },
    {
      name: 'changes scores and probabilities',
      inputs: { Q: line(1), K: line(0, 1), V: line(2, 4) },
      attrs: { score_mod: modifier('Mul', 0), prob_mod: modifier('Add', 0.5) },
      outputs: { Y: line(6) },
    },
  ],
  symbolic: [
    {
      name: 'takes the head size of V',
      inputs: { Q: 'float16[B,8,S,64]', K: 'float16[B,2,T,64]', V: 'float16[B,2,T,32]' },
      outputs: ['float16[B,8,S,32]'],
    },
  ],
  random,
  invalid: [
    {
      name: 'a modifier with two outputs',
      inputs: { Q: line(1), K: line(1), V: line(1) },
      attrs: { score_mod: twoOutputs() },
      code: 'SLP-O2',
      message: 'score_mod must have one input and one output, got [1,2]',
    },
    {
      name: 'a modifier that changes the shape',
      inputs: { Q: line(1), K: line(1, 2), V: line(1, 2) },
      attrs: { prob_mod: shrinking() },
      code: 'SLP-O4',
      message: 'prob_mod must keep the shape [1,1,1,2]',
    },
    {
      name: 'packed heads',
      inputs: { Q: f32([[[1]]]), K: line(1), V: line(1) },
      code: 'SLP-O2',
      message: 'Q must have rank 4',
    },
  ],
})
