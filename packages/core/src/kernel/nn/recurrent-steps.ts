/**
 * Steps of recurrent layers: for every step, the products of the hidden state with the recurrent weights, and right
 * behind them the cell. Rows are sequences of the batch. States alternate between two buffers, for a step reads all of
 * the hidden units that the step before has written.
 */
import { type FunctionRef, i32, type Local, load, op, select } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../kernel.ts'
import { type Target, targetKey } from '../target.ts'
import { emitProducts, makeTile, type PanelForm, panelUnits, panelVectors, type Tile } from './gate-panels.ts'
import { type I32, overTask, plus, smaller, storeLanes, times, type V128, vector } from './vectors.ts'

/** What a cell works on: one vector of hidden units of one sequence. */
export interface CellUnits {
  /** One per gate: what the input gave, plus the products of the hidden state. */
  readonly gates: readonly V128[]
  /** What the input gave to a gate. Only where the cell keeps the products apart from it. */
  inputOf(gate: number): V128
  /** Hidden state and cell state before the step. */
  readonly hidden: Local<'v128'>
  readonly state: Local<'v128'>
  /** The i-th of the vectors of numbers that the cell has per hidden unit. */
  constant(i: number): V128
}

export interface Cell {
  /** Part of the key of the kernel. */
  readonly key: string
  readonly form: PanelForm
  /** Numbers per hidden unit: peepholes. */
  readonly constants: number
  /** Gates whose products start from a recurrent bias of their own, apart from what the input gave. */
  readonly apart: readonly number[]
  readonly hasState: boolean
  /** The hidden state after the step, and the cell state. */
  emit(
    k: Pick<KernelBuilder, 'm' | 'f' | 'target'>,
    units: CellUnits,
  ): { readonly hidden: V128; readonly state?: V128 }
}

/** Optional operands and results that are there. */
export interface StepForm {
  readonly y: boolean
  readonly lengths: boolean
  /** Products are those of another state than the hidden one. */
  readonly products?: boolean
}

const params = {
  /** As `gateInputs` gives it. */
  gates: 'in',
  packed: 'in',
  /** Per panel, for the gates apart. */
  bias: 'in',
  constants: 'in',
  lengths: 'in',
  products: 'in',
  firstHidden: 'in',
  firstState: 'in',
  /** Read by odd steps and written by even ones; and the other way round. */
  odd: 'inout',
  even: 'inout',
  state: 'inout',
  y: 'out',
  hidden: 'i32',
  rows: 'i32',
  rowsPerTask: 'i32',
  panels: 'i32',
  panelsPerTask: 'i32',
  rowTasks: 'i32',
  panelTasks: 'i32',
  step: 'i32',
  steps: 'i32',
  allSteps: 'i32',
  /** The direction from which on time runs backward. */
  backward: 'i32',
  gateTime: 'i32',
  gateRow: 'i32',
  gateDirection: 'i32',
  stateRow: 'i32',
  stateDirection: 'i32',
  yTime: 'i32',
  yRow: 'i32',
  yDirection: 'i32',
} as const
type StepBuilder = KernelBuilder<typeof params>

/** Offsets in the description of a row, which the tiles of a step read. */
const row = {
  gates: 0,
  before: 4,
  after: 8,
  stateBefore: 12,
  state: 16,
  y: 20,
  isActive: 24,
  products: 28,
} as const
/** Bytes of the description of a row in scratch memory. */
export const rowBytes = 32

/** `steps` steps from `step` on. A task takes some rows and some panels of a direction; all panels if it takes more steps than one. */
export function recurrentSteps(target: Target, cell: Cell, form: StepForm): Kernel<typeof params> {
  const flags = ['y', 'lengths', 'products'].filter((name) => form[name as keyof StepForm]) // of its keys
  const key = [cell.key, 'steps', ...flags, targetKey(target)].join('-')
  return defineKernel({
    key,
    params,
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

/** A function of its own, so that it is called often enough to be compiled well however many steps a task has. */
function emitTileFunction(
  { m, target }: StepBuilder,
  name: string,
  cell: Cell,
  form: StepForm,
  rowCount: number,
): FunctionRef {
  const types = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const
  return m.func(name, types, undefined, (f, rows, panel, weights, bias, constants, hidden) => {
    const k = { m, f, target }
    const vectors = panelVectors(cell.form)
    const tile = makeTile(k, rowCount, vectors)
    const pointer = (r: number, field: keyof typeof row) => load('i32.load', rows, r * rowBytes + row[field])
    const input = (r: number) => f.let(plus(pointer(r, 'gates'), times(panel, 16 * vectors)))
    tile.forEach((sums, r) => {
      const from = input(r)
      sums.forEach((sum, v) => {
        f.set(sum, vector(cell.apart.includes(v % cell.form.gates) ? bias : from, 16 * v))
      })
    })
    const states = tile.map((_, r) => f.let(pointer(r, 'products')))
    emitProducts(k, tile, states, f.let(weights), hidden)
    const unit = f.let(times(panel, panelUnits(cell.form)))
    tile.forEach((sums, r) => {
      const from = cell.apart.length > 0 ? input(r) : f.let(i32(0))
      for (let u = 0; u < cell.form.units; u++) {
        emitCell(k, cell, form, {
          sums,
          u,
          unit,
          hidden,
          constants,
          from,
          pointer: (field) => pointer(r, field),
        })
      }
    })
    return undefined
  })
}

interface UnitsOfTile {
  readonly sums: Tile[number]
  /** The number of the vector of units in the panel, and the panel's first unit. */
  readonly u: number
  readonly unit: I32
  readonly hidden: I32
  readonly constants: I32
  readonly from: I32
  pointer(field: keyof typeof row): I32
}

function emitCell(
  k: Pick<KernelBuilder, 'm' | 'f' | 'target'>,
  cell: Cell,
  { y, lengths }: StepForm,
  { sums, u, unit, hidden, constants, from, pointer }: UnitsOfTile,
): void {
  const { f } = k
  const { gates } = cell.form
  const first = f.let(plus(unit, 4 * u))
  const offset = f.let(times(first, 4))
  const left = f.let(op('i32.sub', hidden, first))
  const before = f.let(vector(plus(pointer('before'), offset)))
  const stateBefore = f.local('v128')
  if (cell.hasState) f.set(stateBefore, vector(plus(pointer('stateBefore'), offset)))
  const result = cell.emit(k, {
    gates: sums.slice(u * gates, (u + 1) * gates),
    inputOf: (gate) => vector(from, 16 * (u * gates + gate)),
    hidden: before,
    state: stateBefore,
    constant: (i) => vector(plus(constants, times(plus(op('i32.mul', hidden, i32(i)), first), 4))),
  })
  const after = f.let(result.hidden)
  const state = result.state && f.let(result.state)
  const active = f.local('v128')
  if (lengths) f.set(active, op('i32x4.splat', pointer('isActive')))
  const kept = (value: Local<'v128'>, old: V128): V128 =>
    lengths ? op('v128.bitselect', value, old, active) : value
  const shown = lengths ? op('v128.and', after, active) : after
  const stores: readonly (readonly [I32, V128])[] = [
    [plus(pointer('after'), offset), kept(after, before)],
    ...(state ? [[plus(pointer('state'), offset), kept(state, stateBefore)] as const] : []),
    ...(y ? [[plus(pointer('y'), offset), shown] as const] : []),
  ]
  f.if(
    op('i32.ge_s', left, i32(4)),
    () => {
      for (const [address, value] of stores) f.store('v128.store', address, value)
    },
    () =>
      f.if(op('i32.gt_s', left, i32(0)), () => {
        for (const [address, value] of stores) storeLanes(f, address, value, left)
      }),
  )
}
