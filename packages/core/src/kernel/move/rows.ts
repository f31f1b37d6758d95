/**
 * Rows that two walks over memory have in common: an odometer of axes, each with a size and a stride in both. A task
 * takes as many rows, one after the other, as the call says.
 */
import type { Local, Operand } from '../../wasm/index.ts'
import { i32, op, select } from '../../wasm/index.ts'
import type { KernelBuilder, ParamKind, ParamSpec } from '../kernel.ts'

/** An axis of the walk; strides in bytes. */
export interface RowAxis {
  readonly size: number
  readonly from: number
  readonly to: number
}

const unitAxis: RowAxis = { size: 1, from: 0, to: 0 }

/** Ranks that kernels are made for, so that an axis of size 1 more or less needs no other code. */
export const ranks: readonly number[] = [2, 4, 7]

/** How many axes a kernel has that walks these. */
export function rowRank(axes: readonly RowAxis[]): number {
  return ranks.find((rank) => rank >= axes.length) ?? axes.length
}

/** The parameters of `forEachRow`. */
export function rowParams(rank: number): ParamSpec {
  return known.get(rank) ?? makeParams(rank)
}

function makeParams(rank: number): ParamSpec {
  const params: Record<string, ParamKind> = { rows: 'i32', rowsPerTask: 'i32' }
  for (let i = 0; i < rank; i++)
    for (const name of ['size', 'from', 'to', 'fromBack', 'toBack']) params[`${name}${i}`] = 'i32'
  return params
}

const known: ReadonlyMap<number, ParamSpec> = new Map(ranks.map((rank) => [rank, makeParams(rank)]))

/** Arguments for `rowParams`. The walk starts with the last axis. */
export function rowArgs(axes: readonly RowAxis[], rowsPerTask: number): Readonly<Record<string, number>> {
  const args: Record<string, number> = { rows: rowCount(axes), rowsPerTask }
  const rank = rowRank(axes)
  const padding = rank - axes.length
  for (let i = 0; i < rank; i++) {
    const { size, from, to } = i < padding ? unitAxis : axes[i - padding]!
    args[`size${i}`] = size
    args[`from${i}`] = from
    args[`to${i}`] = to
    args[`fromBack${i}`] = size * from
    args[`toBack${i}`] = size * to
  }
  return args
}

/** Rows of a walk. */
export function rowCount(axes: readonly RowAxis[]): number {
  return axes.reduce((product, { size }) => product * size, 1)
}

/**
 * Runs `body` for each row of the task; `from` and `to`, which are moved along, start at row 0. `counter` is the
 * index along the last axis.
 */
export function forEachRow(
  { f, task, arg }: KernelBuilder,
  rank: number,
  from: Local<'i32'>,
  to: Local<'i32'>,
  body: (counter: Local<'i32'>) => void,
): void {
  const rest = f.let(op('i32.mul', task, arg('rowsPerTask')))
  const left = f.let(op('i32.sub', arg('rows'), rest))
  const count = least(left, f.let(arg('rowsPerTask')))
  const counters = Array.from({ length: rank }, () => f.local('i32'))
  for (let axis = rank - 1; axis >= 0; axis--) {
    const counter = counters[axis]!
    f.set(counter, axis === 0 ? rest : op('i32.rem_u', rest, arg(`size${axis}`)))
    if (axis > 0) f.set(rest, op('i32.div_u', rest, arg(`size${axis}`)))
    f.add(from, op('i32.mul', counter, arg(`from${axis}`)))
    f.add(to, op('i32.mul', counter, arg(`to${axis}`)))
  }
  const advance = (axis: number): void => {
    const counter = counters[axis]!
    f.add(counter, 1)
    f.add(from, arg(`from${axis}`))
    f.add(to, arg(`to${axis}`))
    if (axis === 0) return
    f.if(op('i32.eq', counter, arg(`size${axis}`)), () => {
      f.set(counter, i32(0))
      f.set(from, op('i32.sub', from, arg(`fromBack${axis}`)))
      f.set(to, op('i32.sub', to, arg(`toBack${axis}`)))
      advance(axis - 1)
    })
  }
  f.repeat(count, () => {
    body(counters.at(-1)!)
    advance(rank - 1)
  })
}

/** The smaller of two signed numbers; both are computed twice. */
export function least(a: Operand<'i32'>, b: Operand<'i32'>): Operand<'i32'> {
  return select(a, b, op('i32.lt_s', a, b))
}
