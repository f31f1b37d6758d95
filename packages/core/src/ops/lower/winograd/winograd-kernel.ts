/**
 * Winograd's convolution: a task transforms a block of tiles of all channels, multiplies each frequency by its weights,
 * and transforms the products back, a block of maps at a time.
 */

import { type EpiloguePass, epiloguePass } from '../../../kernel/epilogue-pass.ts'
import { emitProductBlock } from '../../../kernel/gemm/product-block.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../../../kernel/kernel.ts'
import type { BoundEpilogue } from '../../../kernel/lower.ts'
import { type KernelPart, kernelPart } from '../../../kernel/spatial/kernel-function.ts'
import { emitPaddedRows } from '../../../kernel/spatial/padded-rows.ts'
import { type Target, targetKey } from '../../../kernel/target.ts'
import { i32, type Local, type Operand, op, select } from '../../../wasm/index.ts'
import { inputPart } from './input-tiles.ts'
import { outputPart } from './output-tiles.ts'
import { entryBytes, halfBytes } from './plan.ts'
import { type Block, emitTable } from './tile-table.ts'
import type { Transform } from './transforms.ts'

export const winogradParams = {
  x: 'in',
  u: 'in',
  b: 'in',
  y: 'out',
  images: 'i32',
  channels: 'i32',
  maps: 'i32',
  height: 'i32',
  width: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  padTop: 'i32',
  padLeft: 'i32',
  tilesY: 'i32',
  tilesX: 'i32',
  /** Images and tiles of a block, and blocks along each axis. */
  blockImages: 'i32',
  blockRows: 'i32',
  blockCols: 'i32',
  blocksY: 'i32',
  blocksX: 'i32',
  /** Maps of a task, tasks for all maps of a block of tiles, and maps whose products are held at a time. */
  mapGroup: 'i32',
  mapGroups: 'i32',
  mapBlock: 'i32',
  /** Bytes of a row of the padded strip, and of the strip of an image. */
  pitch: 'i32',
  stripBytes: 'i32',
  /** Panels of tiles, and tiles of a panel. */
  panels: 'i32',
  panelLanes: 'i32',
  /** Bytes from frequency to frequency of inputs, weights and products. */
  vStride: 'i32',
  uStride: 'i32',
  oStride: 'i32',
  /** Places in scratch. */
  tableAt: 'i32',
  stripAt: 'i32',
  vAt: 'i32',
  oAt: 'i32',
} as const

export type WinogradParams = typeof winogradParams
type Builder = KernelBuilder<WinogradParams>

const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)
const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const minus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.sub', a, b)

/** The kernel of a transform; a task is a block of tiles and a group of maps. */
export function winogradKernel(
  target: Target,
  transform: Transform,
  epilogue: BoundEpilogue,
): Kernel<WinogradParams> {
  return defineKernel({
    key: `winograd:${transform.outputs}:${targetKey(target)}:${epilogue.key}`,
    params: { ...winogradParams, ...epilogue.params },
    emit(k: Builder) {
      const { f, arg, task } = k
      const pass = epiloguePass(k, epilogue, 4)
      const parts = {
        input: inputPart(k, transform),
        product: productPart(k),
        output: outputPart(k, transform, pass ? undefined : epilogue),
      }
      const group = f.let(op('i32.rem_u', task, arg('mapGroups')))
      const block = emitBlock(k, f.let(op('i32.div_u', task, arg('mapGroups'))))
      const table = emitTable(k, transform.outputs, block)
      emitInputs(k, transform, block, table, parts.input)
      const map = f.let(times(group, arg('mapGroup')))
      const end = f.let(plus(map, arg('mapGroup')))
      const maps = f.let(arg('maps'))
      f.set(end, select(end, maps, op('i32.lt_s', end, maps)))
      const count = f.local('i32')
      f.for(map, map, end, arg('mapBlock'), () => {
        f.set(count, minus(end, map))
        const most = f.let(arg('mapBlock'))
        f.set(count, select(count, most, op('i32.lt_s', count, most)))
        emitProducts(k, transform, map, count, parts.product)
        emitOutputs(k, map, count, table, parts.output)
        if (pass) emitPass(k, transform, block, map, count, pass)
      })
    },
  })
}

function emitBlock({ f, arg }: Builder, number: Local<'i32'>): Block {
  const rowNumber = f.let(op('i32.div_u', number, arg('blocksX')))
  const column = f.let(times(minus(number, times(rowNumber, arg('blocksX'))), arg('blockCols')))
  const imageNumber = f.let(op('i32.div_u', rowNumber, arg('blocksY')))
  const row = f.let(times(minus(rowNumber, times(imageNumber, arg('blocksY'))), arg('blockRows')))
  const image = f.let(times(imageNumber, arg('blockImages')))
  const rest = (all: Operand<'i32'>, first: Local<'i32'>, most: Operand<'i32'>) => {
    const [left, bound] = [f.let(minus(all, first)), f.let(most)]
    return f.let(select(left, bound, op('i32.lt_s', left, bound)))
  }
  return {
    image,
    row,
    column,
    images: rest(arg('images'), image, arg('blockImages')),
    rows: rest(arg('tilesY'), row, arg('blockRows')),
    columns: rest(arg('tilesX'), column, arg('blockCols')),
  }
}

/** Pads the block's part of every channel and transforms its tiles into panels. */
function emitInputs(
  k: Builder,
  { outputs }: Transform,
  block: Block,
  table: Local<'i32'>,
  part: KernelPart,
): void {
  const { f, arg, scratch, target } = k
  const lanes = 4 * target.tile.vectors
  const strips = f.let(plus(scratch, arg('stripAt')))
  const to = f.let(plus(scratch, arg('vAt')))
  const panelBytes = f.let(times(arg('channels'), i32(4 * lanes)))
  const [channel, i] = [f.local('i32'), f.local('i32')]
  f.for(channel, 0, arg('channels'), 1, () => {
    f.for(i, 0, block.images, 1, () => {
      const plane = plus(times(plus(block.image, i), arg('channels')), channel)
      const src = plus(arg('x'), op('i32.shl', times(times(plane, arg('height')), arg('width')), i32(2)))
      emitPaddedRows(k.m, f, 0, 1, {
        dst: plus(strips, times(i, arg('stripBytes'))),
        src,
        top: minus(times(block.row, i32(outputs)), arg('padTop')),
        rows: plus(times(block.rows, i32(outputs)), i32(2)),
        height: arg('height'),
        width: arg('width'),
        left: minus(arg('padLeft'), times(block.column, i32(outputs))),
        columns: plus(times(block.columns, i32(outputs)), i32(2)),
        phaseBytes: arg('pitch'),
        step: i32(1),
      })
    })
    const [tiles, panel] = [f.let(table), f.let(to)]
    f.repeat(arg('panels'), () => {
      for (let vector = 0; vector < target.tile.vectors; vector++) {
        part(tiles, strips, plus(panel, i32(16 * vector)))
        f.add(tiles, 4 * entryBytes)
      }
      f.add(panel, panelBytes)
    })
    f.add(to, 4 * lanes)
  })
}

/** A part called with: addresses of weights, inputs and products of a frequency, and the number of maps. */
function productPart(k: Builder): KernelPart {
  return kernelPart(k, 'winogradProduct', ['i32', 'i32', 'i32', 'i32'], (inner, u, v, o, count) => {
    const { f, arg, scratch, target } = inner
    const { tile } = target
    const columns = f.let(times(arg('panels'), i32(4 * tile.vectors)))
    emitProductBlock(f, {
      target,
      tile,
      a: {
        kind: 'panels',
        at: u,
        panelBytes: times(arg('channels'), i32(4 * tile.rows)),
        stepBytes: 4 * tile.rows,
      },
      b: {
        kind: 'panels',
        at: v,
        panelBytes: times(arg('channels'), i32(16 * tile.vectors)),
        stepBytes: 16 * tile.vectors,
      },
      c: { at: o, rowBytes: op('i32.shl', columns, i32(2)) },
      rows: count,
      columns,
      depth: arg('channels'),
      spare: f.let(plus(scratch, i32(halfBytes))),
    })
  })
}

function emitProducts(
  k: Builder,
  { size }: Transform,
  map: Local<'i32'>,
  count: Local<'i32'>,
  part: KernelPart,
): void {
  const { f, arg, scratch } = k
  const u = f.let(plus(arg('u'), op('i32.shl', times(map, arg('channels')), i32(2))))
  const [v, o] = [f.let(plus(scratch, arg('vAt'))), f.let(plus(scratch, arg('oAt')))]
  f.repeat(i32(size * size), () => {
    part(u, v, o, count)
    f.add(u, arg('uStride'))
    f.add(v, arg('vStride'))
    f.add(o, arg('oStride'))
  })
}

function emitOutputs(
  k: Builder,
  first: Local<'i32'>,
  count: Local<'i32'>,
  table: Local<'i32'>,
  part: KernelPart,
): void {
  const { f, arg, scratch, target } = k
  const from = f.let(plus(scratch, arg('oAt')))
  const map = f.local('i32')
  const fours = f.let(times(arg('panels'), i32(target.tile.vectors)))
  f.for(map, first, plus(first, count), 1, () => {
    const tiles = f.let(table)
    f.repeat(fours, () => {
      part(tiles, map, from)
      f.add(tiles, 4 * entryBytes)
      f.add(from, 16)
    })
  })
}

/** The epilogue over the part of every map that the block of tiles covers. */
function emitPass(
  { f, arg }: Builder,
  { outputs }: Transform,
  block: Block,
  first: Local<'i32'>,
  count: Local<'i32'>,
  pass: EpiloguePass,
): void {
  const covered = (tile: Local<'i32'>, tiles: Local<'i32'>, size: Operand<'i32'>) => {
    const start = f.let(times(tile, i32(outputs)))
    const [left, most] = [f.let(minus(size, start)), f.let(times(tiles, i32(outputs)))]
    return { start, length: f.let(select(left, most, op('i32.lt_s', left, most))) }
  }
  const rows = covered(block.row, block.rows, arg('outHeight'))
  const columns = covered(block.column, block.columns, arg('outWidth'))
  const rowBytes = f.let(op('i32.shl', arg('outWidth'), i32(2)))
  const [image, map] = [f.local('i32'), f.local('i32')]
  f.for(image, block.image, plus(block.image, block.images), 1, () => {
    f.for(map, first, plus(first, count), 1, () => {
      const plane = plus(times(image, arg('maps')), map)
      const row = times(plus(times(plane, arg('outHeight')), rows.start), rowBytes)
      const at = plus(plus(arg('y'), row), op('i32.shl', columns.start, i32(2)))
      const indices = [image, map, rows.start, columns.start]
      pass({ at, rowBytes, rows: rows.length, columns: columns.length, indices })
    })
  })
}
