/** Cuts the steps of a recurrent layer into calls and tasks. */
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext } from '../../kernel/lower.ts'
import { panelCount, panelVectors } from '../../kernel/nn/gate-panels.ts'
import { type Cell, rowBytes } from '../../kernel/nn/recurrent-form.ts'
import { recurrentSteps } from '../../kernel/nn/recurrent-steps.ts'
import type { RecurrentSizes } from './recurrent.ts'

export interface StepOperands {
  readonly cell: Cell
  readonly gates: Place
  readonly packed: Place
  readonly bias: Place | undefined
  readonly constants: Place | undefined
  readonly lengths: Place | undefined
  readonly products?: Place | undefined
  readonly firstHidden: Place
  readonly firstState: Place
  readonly odd: Place
  readonly even: Place
  readonly state: Place
  readonly y: Place | undefined
  readonly from: number
  readonly count: number
}

/** Multiply-adds of a call, so that it ends soon; and those that are worth waking a thread for. */
const [callWork, threadWork] = [3e7, 2e5]

/**
 * Sequences are independent of each other, so threads share the batch and run through all steps. Where that leaves
 * threads without work although a step has much, every step is a call whose tasks share its hidden units.
 */
export function callSteps(context: LowerContext, sizes: RecurrentSizes, operands: StepOperands): void {
  const { cell, from, count, ...places } = operands
  const { directions, batch, hidden, steps } = sizes
  const panels = panelCount(cell.form, hidden)
  const workPerRow = panels * panelVectors(cell.form) * 4 * hidden
  const fair = Math.ceil(batch / Math.max(1, Math.floor(context.threads / directions)))
  const rowsPerTask = Math.min(batch, fair + (fair % 2))
  const rowTasks = Math.ceil(batch / rowsPerTask)
  const idle = Math.floor(context.threads / (directions * rowTasks))
  const shares = workPerRow * rowsPerTask >= 2 * threadWork ? Math.min(idle, panels) : 1
  const panelsPerTask = Math.ceil(panels / Math.max(1, shares))
  const panelTasks = Math.ceil(panels / panelsPerTask)
  const stepsPerCall = panelTasks > 1 ? 1 : Math.max(1, Math.floor(callWork / (workPerRow * rowsPerTask)))
  const form = {
    y: places.y !== undefined,
    lengths: places.lengths !== undefined,
    products: !!places.products,
  }
  const kernel = recurrentSteps(context.target, cell, form)
  for (let step = from; step < from + count; step += stepsPerCall) {
    const args = {
      ...places,
      products: places.products,
      hidden,
      rows: batch,
      rowsPerTask,
      panels,
      panelsPerTask,
      rowTasks,
      panelTasks,
      step,
      steps: Math.min(stepsPerCall, from + count - step),
      allSteps: steps,
      ...strides(sizes, 16 * panels * panelVectors(cell.form)),
    }
    context.call(kernel, args, directions * rowTasks * panelTasks, rowBytes * rowsPerTask)
  }
}

/** Bytes from one step, one sequence and one direction to the next; `gateBytes` are those of all panels of a row. */
function strides(
  { directions, steps, batch, hidden, batchFirst, backward }: RecurrentSizes,
  gateBytes: number,
) {
  const bytes = 4 * hidden
  const gateDirection = steps * batch * gateBytes
  return batchFirst
    ? {
        backward,
        gateTime: gateBytes,
        gateRow: steps * gateBytes,
        gateDirection,
        stateRow: directions * bytes,
        stateDirection: bytes,
        yTime: directions * bytes,
        yRow: steps * directions * bytes,
        yDirection: bytes,
      }
    : {
        backward,
        gateTime: batch * gateBytes,
        gateRow: gateBytes,
        gateDirection,
        stateRow: bytes,
        stateDirection: batch * bytes,
        yTime: directions * batch * bytes,
        yRow: bytes,
        yDirection: batch * bytes,
      }
}
