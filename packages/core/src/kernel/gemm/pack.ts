/**
 * Matrices as panels: `width` neighbours of every step side by side, steps one behind the other, panels behind each
 * other. A panel that is wider than what is left of the matrix holds anything behind it; it is never stored to C.
 */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { i32, load, op, shuffle32 } from '../../wasm/index.ts'

/**
 * `copy`: neighbours lie side by side in the matrix, and steps `strideBytes` apart. `turn`: steps lie side by side, and
 * neighbours `strideBytes` apart.
 */
export type Packing = 'copy' | 'turn'

export interface PackBlock {
  readonly packing: Packing
  /** Neighbours in a panel. */
  readonly width: number
  readonly from: Operand<'i32'>
  readonly strideBytes: Operand<'i32'>
  /** Neighbours in all. */
  readonly count: Operand<'i32'>
  readonly depth: Operand<'i32'>
  readonly to: Operand<'i32'>
  /** What elements are multiplied by. */
  readonly scale?: Local<'v128'> | undefined
}

/** Panels that are copied side by side: whole cache lines of every step, for the steps lie far apart. */
export const panelsAtOnce = 4

/** Packs a block; panels are `width` · `depth` floats apart. */
export function emitPack(f: FunctionBuilder, block: PackBlock): void {
  const stride = f.let(block.strideBytes)
  const from = f.let(block.from)
  const to = f.let(block.to)
  const left = f.let(block.count)
  const panelBytes = f.let(op('i32.mul', block.depth, i32(4 * block.width)))
  const pack = (panels: number) => {
    if (block.packing === 'copy') copyPanels(f, block, panels, from, stride, to, panelBytes)
    else turnPanel(f, block, from, stride, to, left)
    const step = block.packing === 'copy' ? i32(4) : stride
    f.add(from, op('i32.mul', step, i32(panels * block.width)))
    f.add(to, op('i32.mul', panelBytes, i32(panels)))
    f.set(left, op('i32.sub', left, i32(panels * block.width)))
  }
  const packWhile = (panels: number, least: number) =>
    f.block((leave) =>
      f.loop((again) => {
        f.branchIf(leave, op('i32.lt_s', left, i32(least)))
        pack(panels)
        f.branch(again)
      }),
    )
  if (block.packing === 'copy') packWhile(panelsAtOnce, panelsAtOnce * block.width)
  packWhile(1, 1)
}

function copyPanels(
  f: FunctionBuilder,
  { width, depth, scale }: PackBlock,
  panels: number,
  from: Local<'i32'>,
  stride: Local<'i32'>,
  to: Local<'i32'>,
  panelBytes: Local<'i32'>,
): void {
  const source = f.let(from)
  const targets = panelAddresses(f, panels, to, panelBytes)
  const value = f.local('v128')
  f.repeat(depth, () => {
    targets.forEach((target, panel) => {
      for (let i = 0; i < width; i += 4) {
        f.set(value, scaled(load('v128.load', source, 4 * (panel * width + i)), scale))
        storeLanes(f, target, value, Math.min(4, width - i), 4 * i)
      }
      f.add(target, 4 * width)
    })
    f.add(source, stride)
  })
}

/** Addresses of panels behind each other. */
export function panelAddresses(
  f: FunctionBuilder,
  panels: number,
  to: Local<'i32'>,
  panelBytes: Operand<'i32'>,
): Local<'i32'>[] {
  const targets = [f.let(to)]
  for (let panel = 1; panel < panels; panel++)
    targets.push(f.let(op('i32.add', targets[panel - 1]!, panelBytes)))
  return targets
}

const scaled = (value: Operand<'v128'>, scale: Local<'v128'> | undefined) =>
  scale ? op('f32x4.mul', value, scale) : value

function storeLanes(
  f: FunctionBuilder,
  at: Local<'i32'>,
  value: Local<'v128'>,
  lanes: number,
  offset: number,
): void {
  if (lanes === 4) f.store('v128.store', at, value, offset)
  else
    for (let lane = 0; lane < lanes; lane++)
      f.storeLane('v128.store32_lane', at, value, lane, offset + 4 * lane)
}

function turnPanel(
  f: FunctionBuilder,
  block: PackBlock,
  from: Local<'i32'>,
  stride: Local<'i32'>,
  to: Local<'i32'>,
  left: Local<'i32'>,
): void {
  let row = f.let(from)
  for (let i = 0; i < block.width; i += 4) {
    const lanes = Math.min(4, block.width - i)
    const rows: Local<'i32'>[] = []
    for (let lane = 0; lane < lanes; lane++) {
      if (i + lane > 0) {
        // Neighbours behind the last one stand for it: nothing behind the matrix is read.
        const isThere = op('i32.gt_s', left, i32(i + lane))
        row = f.let(op('i32.add', row, op('i32.mul', stride, isThere)))
      }
      rows.push(f.let(row))
    }
    turnRows(f, block, rows, f.let(op('i32.add', to, i32(4 * i))))
  }
}

/** Up to four rows become the lanes of vectors. */
function turnRows(
  f: FunctionBuilder,
  { width, depth, scale }: PackBlock,
  rows: readonly Local<'i32'>[],
  target: Local<'i32'>,
): void {
  const lanes = rows.length
  f.repeat(op('i32.shr_u', depth, i32(2)), () => {
    const x = rows.map((row) => f.let(scaled(load('v128.load', row), scale)))
    const four = [0, 1, 2, 3].map((lane) => x[lane] ?? x[0]!)
    turned(f, four).forEach((column, step) => void storeLanes(f, target, column, lanes, 4 * width * step))
    for (const row of rows) f.add(row, 16)
    f.add(target, 16 * width)
  })
  const value = f.local('v128')
  f.repeat(op('i32.and', depth, i32(3)), () => {
    rows.forEach((row, lane) => {
      f.set(value, scaled(load('v128.load32_splat', row), scale))
      f.storeLane('v128.store32_lane', target, value, 0, 4 * lane)
      f.add(row, 4)
    })
    f.add(target, 4 * width)
  })
}

/** Rows of a 4×4 matrix to its columns. */
export function turned(f: FunctionBuilder, x: readonly Operand<'v128'>[]): Local<'v128'>[] {
  const [a, b, c, d] = x as readonly [Operand<'v128'>, Operand<'v128'>, Operand<'v128'>, Operand<'v128'>] // four rows
  const low = [f.let(shuffle32(a, b, [0, 4, 1, 5])), f.let(shuffle32(c, d, [0, 4, 1, 5]))] as const
  const high = [f.let(shuffle32(a, b, [2, 6, 3, 7])), f.let(shuffle32(c, d, [2, 6, 3, 7]))] as const
  return [
    f.let(shuffle32(low[0], low[1], [0, 1, 4, 5])),
    f.let(shuffle32(low[0], low[1], [2, 3, 6, 7])),
    f.let(shuffle32(high[0], high[1], [0, 1, 4, 5])),
    f.let(shuffle32(high[0], high[1], [2, 3, 6, 7])),
  ]
}
