/** Lowers the gradients of recurrent layers, one direction each. */
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import {
  gruGradientCell,
  lstmGradientCell,
  lstmStates,
  rnnGradientCell,
  type SimpleActivation,
} from '../../kernel/nn/gradient-cells.ts'
import { type GradientCell, recurrentGradient } from '../../kernel/nn/recurrent-gradient.ts'

/** Multiply-adds of a call, so that it ends soon. */
const callWork = 3e7

interface Common {
  readonly R: TensorRef
  readonly dY: TensorRef | undefined
  readonly dY_h: TensorRef | undefined
  readonly dinitial_h: TensorRef
  readonly reverse: number
}

interface CellOperands {
  readonly given: readonly TensorRef[]
  readonly made: readonly TensorRef[]
  readonly values?: readonly Place[]
  readonly states?: Place
  readonly firstState?: Place
  readonly lastState?: Place
  readonly state?: Place
}

/** Lowers LSTMGrad. */
export function lowerLstmGradient(
  common: Common & {
    readonly gates: TensorRef
    readonly initial_c: TensorRef
    readonly dY_c: TensorRef | undefined
    readonly dgates: TensorRef
    readonly dinitial_c: TensorRef
  },
  context: LowerContext,
): Refusal {
  const { gates, initial_c, dY_c, dgates, dinitial_c, reverse } = common
  const refusal = refusalOf(gates)
  if (refusal) return refusal
  const { steps, rows, size } = sizesOf(common, gates)
  const [values, states] = [4, 1].map((sections) =>
    context.temp('gate values', 4 * sections * steps * rows * size),
  ) as [Place, Place] // two
  const rowsPerTask = shareOf(rows, context)
  context.call(
    lstmStates(context.target),
    {
      gates: gates.at,
      first: initial_c.at,
      values,
      states,
      size,
      rows,
      rowsPerTask,
      steps,
      isReverse: reverse,
    },
    Math.ceil(rows / rowsPerTask),
  )
  const state = { states, firstState: initial_c.at, state: dinitial_c.at }
  const lastState = dY_c?.at ?? zeros(rows * size, context)
  return callSteps(context, lstmGradientCell, common, {
    given: [gates],
    made: [dgates],
    values: [values],
    lastState,
    ...state,
  })
}

/** Lowers GRUGrad. */
export function lowerGruGradient(
  common: Common & {
    readonly input: TensorRef
    readonly recurrent: TensorRef
    readonly before: TensorRef
    readonly dinput: TensorRef
    readonly drecurrent: TensorRef
  },
  context: LowerContext,
): Refusal {
  const { input, recurrent, before, dinput, drecurrent } = common
  return (
    refusalOf(input) ??
    callSteps(context, gruGradientCell, common, {
      given: [input, recurrent, before],
      made: [dinput, drecurrent],
    })
  )
}

/** Lowers RNNGrad. */
export function lowerRnnGradient(
  common: Common & {
    readonly Y: TensorRef
    readonly dgates: TensorRef
    readonly activation: SimpleActivation
  },
  context: LowerContext,
): Refusal {
  const { Y, dgates, activation } = common
  return (
    refusalOf(Y) ?? callSteps(context, rnnGradientCell(activation), common, { given: [Y], made: [dgates] })
  )
}

function refusalOf({ dtype, shape }: TensorRef): Refusal {
  if (dtype !== 'float32') return `dtype ${dtype}`
  return shape.includes(0) ? 'an empty size' : undefined
}

function sizesOf({ R }: Common, { shape }: TensorRef) {
  return { steps: shape[0]!, rows: shape[1]!, size: R.shape[1]! }
}

/** Sequences of a task, an even number as the products take two at a time. */
function shareOf(rows: number, { threads }: LowerContext): number {
  const fair = Math.ceil(rows / threads)
  return Math.min(rows, fair + (fair % 2))
}

const zeros = (count: number, { table }: LowerContext): Place => table(new Uint8Array(4 * count))

function callSteps(
  context: LowerContext,
  cell: GradientCell,
  common: Common,
  operands: CellOperands,
): Refusal {
  const { steps, rows, size } = sizesOf(common, operands.given[0]!)
  const rowsPerTask = shareOf(rows, context)
  const [given0, given1, given2] = operands.values ?? operands.given.map(({ at }) => at)
  const [made0, made1] = operands.made.map(({ at }) => at)
  const args = {
    given0,
    given1,
    given2,
    states: operands.states,
    firstState: operands.firstState,
    dy: common.dY?.at,
    weights: common.R.at,
    lastHidden: common.dY_h?.at ?? zeros(rows * size, context),
    lastState: operands.lastState,
    made0,
    made1,
    hidden: common.dinitial_h.at,
    state: operands.state,
    size,
    rows,
    rowsPerTask,
    steps,
    isReverse: common.reverse,
  }
  const kernel = recurrentGradient(context.target, cell, common.dY !== undefined)
  const stepsPerCall = Math.max(1, Math.floor(callWork / (rowsPerTask * cell.made.at(-1)! * size * size)))
  for (let from = 0; from < steps; from += stepsPerCall) {
    const count = Math.min(stepsPerCall, steps - from)
    context.call(kernel, { ...args, from, count }, Math.ceil(rows / rowsPerTask))
  }
  return undefined
}
