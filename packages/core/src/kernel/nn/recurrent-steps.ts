/**
 * Steps of recurrent layers: for every step, the products of the hidden state with the recurrent weights, and right
 * behind them the cell. Rows are sequences of the batch. States alternate between two buffers, for a step reads all of
 * the hidden units that the step before has written.
 */
import { type FunctionRef, i32, load, op, select } from '../../wasm/index.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { type Target, targetKey } from '../target.ts'
import { panelVectors } from './gate-panels.ts'
import { type Cell, row, rowBytes, type StepBuilder, type StepForm, stepParams } from './recurrent-form.ts'
import { emitTileFunction } from './recurrent-tile.ts'
import { type I32, overTask, plus, smaller, times } from './vectors.ts'

/** `steps` steps from `step` on. A task takes some rows and some panels of a direction; all panels if it takes more steps than one. */
export function recurrentSteps(target: Target, cell: Cell, form: StepForm): Kernel<typeof stepParams> {
  const flags = ['y', 'lengths', 'products'].filter((name) => form[name as keyof StepForm]) // of its keys
  const key = [cell.key, 'steps', ...flags, targetKey(target)].join('-')
  return defineKernel({
    key,
    params: stepParams,
    emit(k) {
      const { f } = k
      const tiles = [1, 2].map((rows) => emitTileFunction(k, `${key}-${rows}`, cell, form, rows))
      const tasks = f.let(op('i32.mul', k.arg('rowTasks'), k.arg('panelTasks')))
      const direction = f.let(op('i32.div_u', k.task, tasks))
      const part = f.let(op('i32.rem_u', k.task, tasks))
      const firstRow = f.let(times(op('i32.div_u', part, k.arg('panelTasks')), k.arg('rowsPerTask')))
      const endRow = smaller(f, plus(firstRow, k.arg('rowsPerTask')), k.arg('rows'))
      const panelPart = f.let(op('i32.rem_u', part, k.arg('panelTasks')))
      const step = f.local('i32')
      f.for(step, k.arg('step'), f.let(plus(k.arg('step'), k.arg('steps'))), 1, () => {
        const count = describeRows(k, form, { direction, step, firstRow, endRow })
        overTask(f, panelPart, k.arg('panelsPerTask'), k.arg('panels'), (panel) => {
          emitPanel(k, cell, tiles, { direction, panel, count })
        })
      })
    },
  })
}

interface RowsOfStep {
  readonly direction: I32
  readonly step: I32
  readonly firstRow: I32
  readonly endRow: I32
}

/** Writes the descriptions of the task's rows for a step to scratch memory; their number. */
function describeRows(
  k: StepBuilder,
  { lengths, products }: StepForm,
  { direction, step, firstRow, endRow }: RowsOfStep,
): I32 {
  const { f } = k
  const out = f.let(k.scratch)
  const isBackward = f.let(op('i32.ge_u', direction, k.arg('backward')))
  const isOdd = op('i32.and', step, i32(1))
  const before = f.let(select(k.arg('odd'), k.arg('even'), isOdd))
  const after = f.let(select(k.arg('even'), k.arg('odd'), isOdd))
  const stateBefore = f.let(k.arg('state'))
  f.if(op('i32.eqz', step), () => {
    f.set(before, k.arg('firstHidden'))
    f.set(stateBefore, k.arg('firstState'))
  })
  const n = f.local('i32')
  f.for(n, firstRow, endRow, 1, () => {
    const length = f.let(k.arg('allSteps'))
    if (lengths) f.set(length, load('i32.load', plus(k.arg('lengths'), times(n, 4))))
    const isActive = f.let(op('i32.lt_s', step, length))
    const time = f.let(select(op('i32.sub', op('i32.sub', length, i32(1)), step), step, isBackward))
    f.if(op('i32.eqz', isActive), () => f.set(time, step))
    const place = (rowStride: I32, directionStride: I32) =>
      plus(op('i32.mul', n, rowStride), op('i32.mul', direction, directionStride))
    const gates = plus(
      place(k.arg('gateRow'), k.arg('gateDirection')),
      op('i32.mul', time, k.arg('gateTime')),
    )
    f.store('i32.store', out, plus(k.arg('gates'), gates), row.gates)
    const offset = f.let(place(k.arg('stateRow'), k.arg('stateDirection')))
    f.store('i32.store', out, plus(before, offset), row.before)
    f.store('i32.store', out, plus(products ? k.arg('products') : before, offset), row.products)
    f.store('i32.store', out, plus(after, offset), row.after)
    f.store('i32.store', out, plus(stateBefore, offset), row.stateBefore)
    f.store('i32.store', out, plus(k.arg('state'), offset), row.state)
    const y = plus(place(k.arg('yRow'), k.arg('yDirection')), op('i32.mul', time, k.arg('yTime')))
    f.store('i32.store', out, plus(k.arg('y'), y), row.y)
    f.store('i32.store', out, op('i32.sub', i32(0), isActive), row.isActive)
    f.add(out, rowBytes)
  })
  return f.let(op('i32.sub', endRow, firstRow))
}

interface PanelOfStep {
  readonly direction: I32
  readonly panel: I32
  readonly count: I32
}

function emitPanel(
  k: StepBuilder,
  { form, constants }: Cell,
  tiles: readonly FunctionRef[],
  { direction, panel, count }: PanelOfStep,
): void {
  const { f } = k
  const bytes = 16 * panelVectors(form)
  const hidden = k.arg('hidden')
  const at = f.let(plus(op('i32.mul', direction, k.arg('panels')), panel))
  const weights = f.let(plus(k.arg('packed'), times(op('i32.mul', at, hidden), bytes)))
  const bias = f.let(plus(k.arg('bias'), times(at, bytes)))
  const own = f.let(plus(k.arg('constants'), times(op('i32.mul', direction, hidden), 4 * constants)))
  const rows = f.let(k.scratch)
  const call = (tile: FunctionRef) => f.call(tile, rows, panel, weights, bias, own, hidden)
  f.repeat(op('i32.shr_u', count, i32(1)), () => {
    call(tiles[1]!)
    f.add(rows, 2 * rowBytes)
  })
  f.if(op('i32.and', count, i32(1)), () => call(tiles[0]!))
}
