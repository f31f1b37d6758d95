import type { Dim } from '../base/dim.ts'
import { apply2 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { type TensorFact, valuesOf } from './fact.ts'
import { maybe, one } from './param.ts'
import { zipElements } from './shared/elementwise.ts'
import { withShape } from './shared/movement.ts'
import { requireScalar } from './shared/require.ts'
import { mapFact, maxDims, minDims } from './shared/tracked.ts'
import { numbers } from './types.ts'

/** The input held between min and max, where they are given; max wins where they cross. */
export const clip = defineOp({
  name: 'Clip',
  since: [1, 6, 11, 12, 13],
  types: { T: numbers },
  inputs: { input: one('T'), min: maybe('T'), max: maybe('T') },
  outputs: { output: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ input, min, max }) => {
    requireScalar('min', min)
    requireScalar('max', max)
    return { output: mapFact(input, (x) => hold(hold(x, min, maxDims), max, minDims)) }
  },
  reference: ({ input, min, max }) => {
    const raised = min ? zipElements(input, withShape(min, []), { float: Math.max, int: larger }) : input
    return {
      output: max ? zipElements(raised, withShape(max, []), { float: Math.min, int: smaller }) : raised,
    }
  },
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ input, min, max }) => {
      const raised = min ? apply2('max', input, min) : input
      return max ? apply2('min', raised, max) : raised
    },
    build: (b, { input, min, max }, _attrs, { inputs }) => {
      // A bound of shape [1] would give a scalar input a rank.
      const scalars = [inputs.min, inputs.max].every((bound) => !bound || bound.shape?.length === 0)
      if (!scalars) return undefined
      if (min === undefined && max === undefined) return { output: b.node('Identity', [input]) }
      const raised = min === undefined ? input : b.node('Max', [input, min])
      return { output: max === undefined ? raised : b.node('Min', [raised, max]) }
    },
  },
})

const larger = (x: bigint, low: bigint): bigint => (x < low ? low : x)
const smaller = (x: bigint, high: bigint): bigint => (x > high ? high : x)

function hold(
  x: Dim | undefined,
  bound: TensorFact | undefined,
  pick: (x: Dim, limit: Dim) => Dim | undefined,
): Dim | undefined {
  if (!bound || x === undefined) return x
  const limit = valuesOf(bound)?.[0]
  return limit === undefined ? undefined : pick(x, limit)
}
