/**
 * Products with the weights of gated cells. Weights are packed into panels: a panel has `units` vectors of hidden units
 * and, for each of them, a vector per gate, so that one tile of the product ends with all gates of its units at hand.
 * For every column k of the weights, a panel holds its vectors one behind the other, units first, then gates.
 */
import { f32, f32x4, i32, type Local, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../kernel.ts'
import { type Target, targetKey } from '../target.ts'
import { floatAt, type I32, madd, overTask, plus, smaller, splat, times, vector } from './vectors.ts'

export interface PanelForm {
  readonly gates: number
  /** Vectors of hidden units in a panel. */
  readonly units: number
}

export const panelVectors = ({ gates, units }: PanelForm): number => gates * units
/** Hidden units of a panel. */
export const panelUnits = ({ units }: PanelForm): number => 4 * units
export const panelCount = (form: PanelForm, hidden: number): number => Math.ceil(hidden / panelUnits(form))
const formKey = ({ gates, units }: PanelForm) => `${gates}x${units}`

const packParams = {
  weights: 'in',
  packed: 'out',
  hidden: 'i32',
  columns: 'i32',
  panels: 'i32',
  /** Bytes of the weights from one direction to the next, and to the first gate. */
  directionBytes: 'i32',
  firstBytes: 'i32',
} as const

/** Packs the [gates · hidden, columns] weights of each direction; a task is a panel. */
export function packPanels(form: PanelForm): Kernel<typeof packParams> {
  return defineKernel({
    key: `pack-gates-${formKey(form)}`,
    params: packParams,
    emit(k) {
      const { f } = k
      const [hidden, columns, panels] = [
        f.let(k.arg('hidden')),
        f.let(k.arg('columns')),
        f.let(k.arg('panels')),
      ]
      const width = 4 * panelVectors(form)
      const first = f.let(times(op('i32.rem_u', k.task, panels), panelUnits(form)))
      const direction = times(op('i32.div_u', k.task, panels), k.arg('directionBytes'))
      const weights = f.let(plus(k.arg('weights'), direction, k.arg('firstBytes')))
      const packed = plus(k.arg('packed'), times(op('i32.mul', k.task, columns), 4 * width))
      const column = f.let(packed)
      for (let lane = 0; lane < width; lane++) {
        const gate = Math.floor(lane / 4) % form.gates
        const unit = f.let(plus(first, 4 * Math.floor(lane / (4 * form.gates)) + (lane % 4)))
        const to = f.let(plus(column, 4 * lane))
        const row = plus(op('i32.mul', hidden, i32(gate)), unit)
        const from = f.let(plus(weights, times(op('i32.mul', row, columns), 4)))
        const isThere = f.let(op('i32.lt_s', unit, hidden))
        f.repeat(columns, () => {
          f.if(
            isThere,
            () => f.store('f32.store', to, floatAt(from)),
            () => f.store('f32.store', to, f32(0)),
          )
          f.add(from, 4)
          f.add(to, 4 * width)
        })
      }
    },
  })
}

const biasParams = {
  bias: 'in',
  packed: 'out',
  hidden: 'i32',
  panels: 'i32',
  /** Bytes of the biases of a direction, to the first gate, and from the input's biases to the recurrent ones. */
  directionBytes: 'i32',
  firstBytes: 'i32',
  recurrentBytes: 'i32',
} as const

/** Which biases of a gate count: those of the input, the recurrent ones, both, or none. */
export type BiasParts = 'input' | 'recurrent' | 'both' | 'none'

/** Packs biases as the vectors of each panel; a task is a panel. */
export function packBiases(form: PanelForm, parts: readonly BiasParts[]): Kernel<typeof biasParams> {
  return defineKernel({
    key: `pack-biases-${formKey(form)}-${parts.join('-')}`,
    params: biasParams,
    emit(k) {
      const { f } = k
      const [hidden, panels] = [f.let(k.arg('hidden')), k.arg('panels')]
      const width = 4 * panelVectors(form)
      const first = f.let(times(op('i32.rem_u', k.task, panels), panelUnits(form)))
      const direction = times(op('i32.div_u', k.task, panels), k.arg('directionBytes'))
      const bias = f.let(plus(k.arg('bias'), direction, k.arg('firstBytes')))
      const packed = f.let(plus(k.arg('packed'), times(k.task, 4 * width)))
      for (let lane = 0; lane < width; lane++) {
        const gate = Math.floor(lane / 4) % form.gates
        const unit = f.let(plus(first, 4 * Math.floor(lane / (4 * form.gates)) + (lane % 4)))
        const from = f.let(plus(bias, times(plus(op('i32.mul', hidden, i32(gate)), unit), 4)))
        const part = parts[gate]!
        const value = f.let(f32(0))
        f.if(op('i32.lt_s', unit, hidden), () => {
          if (part === 'input' || part === 'both') f.set(value, floatAt(from))
          if (part === 'recurrent' || part === 'both')
            f.set(value, op('f32.add', value, floatAt(plus(from, k.arg('recurrentBytes')))))
        })
        f.store('f32.store', packed, value, 4 * lane)
      }
    },
  })
}

export type Tile = readonly (readonly Local<'v128'>[])[]

/** New variables for a tile of `rows` × `vectors`. */
export function makeTile({ f }: Pick<KernelBuilder, 'f'>, rows: number, vectors: number): Tile {
  return Array.from({ length: rows }, () => Array.from({ length: vectors }, () => f.local('v128')))
}

/**
 * tile += rows × panel over `count` columns. Moves the pointers on; `step` are the bytes from one column of the panel to
 * the next where they are not all of it.
 */
export function emitProducts(
  { f, target }: Pick<KernelBuilder, 'f' | 'target'>,
  tile: Tile,
  rows: readonly Local<'i32'>[],
  panel: Local<'i32'>,
  count: I32,
  step: I32 | undefined = undefined,
): void {
  const vectors = tile[0]!.length
  f.repeat(count, () => {
    const weights = Array.from({ length: vectors }, (_, v) => f.let(vector(panel, 16 * v)))
    tile.forEach((sums, r) => {
      const x = f.let(splat(rows[r]!))
      sums.forEach((sum, v) => f.set(sum, madd(target, x, weights[v]!, sum)))
    })
    for (const row of rows) f.add(row, 4)
    f.add(panel, step ?? 16 * vectors)
  })
}

const inputParams = {
  x: 'in',
  packed: 'in',
  bias: 'in',
  out: 'out',
  rows: 'i32',
  columns: 'i32',
  panels: 'i32',
  rowsPerTask: 'i32',
  rowTasks: 'i32',
  panelsPerTask: 'i32',
  panelTasks: 'i32',
} as const

/**
 * x × weights + bias for all rows of x: [direction, row, panel], a panel's vectors side by side. A task takes some rows
 * and some panels of a direction.
 */
export function gateInputs(target: Target, form: PanelForm, bias: boolean): Kernel<typeof inputParams> {
  return defineKernel({
    key: `gate-inputs-${formKey(form)}-${bias ? 'bias-' : ''}${targetKey(target)}`,
    params: inputParams,
    emit(k) {
      const { f } = k
      const [rows, columns, panels] = [f.let(k.arg('rows')), f.let(k.arg('columns')), f.let(k.arg('panels'))]
      const bytes = 16 * panelVectors(form)
      const tasks = f.let(op('i32.mul', k.arg('rowTasks'), k.arg('panelTasks')))
      const direction = f.let(op('i32.div_u', k.task, tasks))
      const part = f.let(op('i32.rem_u', k.task, tasks))
      const first = f.let(times(op('i32.div_u', part, k.arg('panelTasks')), k.arg('rowsPerTask')))
      const count = f.let(op('i32.sub', smaller(f, plus(first, k.arg('rowsPerTask')), rows), first))
      const step = f.let(times(panels, bytes))
      overTask(f, op('i32.rem_u', part, k.arg('panelTasks')), k.arg('panelsPerTask'), panels, (panel) => {
        const at = f.let(plus(op('i32.mul', direction, panels), panel))
        const weights = f.let(plus(k.arg('packed'), times(op('i32.mul', at, columns), bytes)))
        const biasAt = f.let(plus(k.arg('bias'), times(at, bytes)))
        const row = f.let(plus(op('i32.mul', direction, rows), first))
        const out = f.let(plus(k.arg('out'), times(plus(op('i32.mul', row, panels), panel), bytes)))
        const x = f.let(plus(k.arg('x'), times(op('i32.mul', first, columns), 4)))
        const emitRows = (wide: number) => {
          const tile = makeTile(k, wide, panelVectors(form))
          for (const sums of tile)
            sums.forEach((sum, v) => f.set(sum, bias ? vector(biasAt, 16 * v) : f32x4(0)))
          const pointers = tile.map((_, r) => f.let(plus(x, r ? times(times(columns, 4), r) : 0)))
          emitProducts(k, tile, pointers, f.let(weights), columns)
          for (const sums of tile) {
            sums.forEach((sum, v) => f.store('v128.store', out, sum, 16 * v))
            f.add(out, step)
          }
          f.add(x, times(columns, 4 * wide))
        }
        f.repeat(op('i32.shr_u', count, i32(1)), () => emitRows(2))
        f.if(op('i32.and', count, i32(1)), () => emitRows(1))
      })
    },
  })
}
