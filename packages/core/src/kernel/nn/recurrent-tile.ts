/** One panel of hidden units for one or two sequences: products with the hidden state, and the cell behind them. */
import { type FunctionRef, i32, type Local, load, op } from '../../wasm/index.ts'
import type { KernelBuilder } from '../kernel.ts'
import { emitProducts, makeTile, panelUnits, panelVectors, type Tile } from './gate-panels.ts'
import { type Cell, row, rowBytes, type StepBuilder, type StepForm } from './recurrent-form.ts'
import { type I32, plus, storeLanes, times, type V128, vector } from './vectors.ts'

/** A function of its own, so that it is called often enough to be compiled well however many steps a task has. */
export function emitTileFunction(
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
