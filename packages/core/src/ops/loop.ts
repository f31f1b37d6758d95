import { type Dim, lowerBound } from '../base/dim.ts'
import { SlipwayError } from '../base/errors.ts'
import { type WideValue, wide } from '../base/wide.ts'
import type { Graph } from '../ir/graph.ts'
import { attr } from './attr.ts'
import { defineOp, type InferContext, type KernelContext } from './define.ts'
import { type Fact, type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { manyAny, maybe } from './param.ts'
import { refuse } from './refuse.ts'
import { type Carried, carry, finalFacts } from './shared/carry.ts'
import { collectSlices, scanFact } from './shared/scan-outputs.ts'
import { controlValues } from './types.ts'

/**
 * Runs the body at most M times, and while its condition holds; without `cond` the condition is ignored. The
 * body takes the iteration number, the condition and the state, and gives the next condition, the next state
 * and slices, which are stacked along a new first axis.
 */
export const loop = defineOp({
  name: 'Loop',
  since: [1, 11, 13, 16, 19, 21, 23, 24, 25],
  types: { V: controlValues, I: ['int64'], B: ['bool'] },
  inputs: { M: maybe('I'), cond: maybe('B'), v_initial: manyAny('V', 0) },
  outputs: { v_final_and_scan_outputs: manyAny('V') },
  attrs: { body: attr.required.graph() },
  traits: ['control'],
  infer: ({ M, cond, v_initial }, { body }, context) => {
    checkBody(body, v_initial.length, context)
    const initial = [cond ?? alwaysTrue, ...v_initial]
    const iteration = tensorFact('int64', [])
    const carried = carry(initial, (state) => context.inferGraph(body, [iteration, ...state]), context)
    const length = tripCount(M, cond, carried) ?? context.freshDim('trips')
    const slices = carried.results.slice(initial.length).map((slice) => scanFact(slice, length))
    return { v_final_and_scan_outputs: [...finalFacts(initial, carried, context).slice(1), ...slices] }
  },
  reference: ({ M, cond, v_initial }, { body }, context) => {
    const most = M ? Number(M.data[0]) : Number.POSITIVE_INFINITY
    const slices = context.outputs.slice(v_initial.length).map(() => collectSlices(context))
    let state: readonly WideValue[] = [cond ?? wide('bool', [], Float64Array.of(1)), ...v_initial]
    for (let i = 0; i < most && (!cond || isTrue(state[0]!)); i++) {
      checkIteration(i, context)
      const results = context.runGraph(body, [wide('int64', [], BigInt64Array.of(BigInt(i))), ...state])
      state = results.slice(0, state.length)
      slices.forEach((collector, k) => {
        collector.add(results[state.length + k]!)
      })
    }
    const stacked = slices.map((collector, k) => collector.stack(context.outputs[v_initial.length + k]))
    return { v_final_and_scan_outputs: [...state.slice(1), ...stacked] }
  },
  gradient: 'rule',
  lower: { kind: 'host' },
})

const alwaysTrue: Fact = tensorFact('bool', [], [1])

const isTrue = (condition: WideValue): boolean => condition.kind === 'tensor' && Boolean(condition.data[0])

function checkBody(body: Graph, stateCount: number, { outputCount }: InferContext): void {
  if (body.inputs.length !== stateCount + 2) {
    refuse(`body must have ${stateCount + 2} inputs (iteration, condition, state)`, body.inputs.length)
  }
  if (body.outputs.length < 1 + Math.max(stateCount, outputCount)) {
    refuse(`body must have ${1 + Math.max(stateCount, outputCount)} outputs`, body.outputs.length)
  }
}

function checkIteration(index: number, { checkCancelled, maxLoopIterations }: KernelContext): void {
  checkCancelled()
  if (index < maxLoopIterations) return
  throw new SlipwayError(
    'SLP-L3',
    `Cannot go on looping: at most ${maxLoopIterations} iterations may run, got more`,
    {
      remedy: 'Raise limits.loopIterations if the loop is meant to run longer.',
    },
  )
}

/** The number of iterations where no condition can end the loop early. */
function tripCount(
  M: TensorFact | undefined,
  cond: TensorFact | undefined,
  carried: Carried,
): Dim | undefined {
  const staysTrue = !cond || carried.state[0]!.value?.[0] === 1
  const most = staysTrue ? valuesOf(M)?.[0] : undefined
  if (most === undefined) return undefined
  if (typeof most === 'number') return Math.max(most, 0)
  return lowerBound(most) >= 0 ? most : undefined
}
