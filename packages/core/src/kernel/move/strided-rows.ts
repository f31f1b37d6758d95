/** Emitters of one row of a strided copy. */
import type { FunctionBuilder, Local } from '../../wasm/index.ts'
import { i32, load, loadLane, op, shuffle } from '../../wasm/index.ts'
import { blockSide, strided, transposeBlock } from './block-transpose.ts'
import { moveUnit, type Unit } from './element.ts'
import { fillVector, loadSplat, moveShortRun } from './move-bytes.ts'
import { least } from './rows.ts'
import type { Inner } from './strided-axes.ts'

/** One row: `length` units, or bytes for runs. */
export interface Row {
  readonly f: FunctionBuilder
  readonly unit: Unit
  readonly from: Local<'i32'>
  readonly to: Local<'i32'>
  readonly length: Local<'i32'>
  /** Distances along the row. */
  readonly fromStep: Local<'i32'>
  readonly toStep: Local<'i32'>
  /** Of a transposition: units across, at `unit` bytes in the source. */
  readonly across: Local<'i32'>
  readonly acrossTo: Local<'i32'>
}

type Lanes = 1 | 2 | 4 | 8
const laneLoads = {
  1: 'v128.load8_lane',
  2: 'v128.load16_lane',
  4: 'v128.load32_lane',
  8: 'v128.load64_lane',
} as const
const laneStores = {
  1: 'v128.store8_lane',
  2: 'v128.store16_lane',
  4: 'v128.store32_lane',
  8: 'v128.store64_lane',
} as const

/** Emits the row. Runs longer than some hundred bytes are `isLong`. */
export function emitRow(inner: Inner, row: Row, isLong: boolean): void {
  const { f, unit, from, to, length } = row
  switch (inner) {
    case 'run':
      if (isLong) f.copy(to, from, length)
      else moveShortRun(f, to, from, length)
      return
    case 'fill': {
      const bytes = f.let(op('i32.mul', length, i32(unit)))
      fillVector(f, unit, to, f.let(loadSplat(unit, from)), bytes)
      return
    }
    case 'transpose':
      emitTranspose(row, unit as Lanes) // no transposition has wider units
      return
    case 'each':
      emitEach(row)
      return
    case 'gather':
    case 'twice':
    case 'back':
    case 'scatter':
      if (unit === 16 || (unit === 1 && inner !== 'twice' && inner !== 'back')) emitEach(row)
      else emitVectors(row, unit, inner)
      return
    default:
      inner satisfies never
  }
}

/** Unit by unit. */
function emitEach({ f, unit, from, to, length, fromStep, toStep }: Row): void {
  const [source, target] = [f.let(from), f.let(to)]
  f.repeat(length, () => {
    moveUnit(f, unit, target, source)
    f.add(source, fromStep)
    f.add(target, toStep)
  })
}

/** A vector at a time, then what is left unit by unit. */
function emitVectors(row: Row, unit: Lanes, inner: 'gather' | 'twice' | 'back' | 'scatter'): void {
  const { f, from, to, length, fromStep, toStep } = row
  const lanes = 16 / unit
  const [source, target] = [f.let(from), f.let(to)]
  f.repeat(op('i32.div_u', length, i32(lanes)), () => {
    if (inner === 'scatter') {
      const vector = f.let(load('v128.load', source))
      for (let lane = 0; lane < lanes; lane++) {
        f.storeLane(laneStores[unit], target, vector, lane)
        f.add(target, toStep)
      }
      f.add(source, 16)
    } else if (inner === 'gather') {
      const vector = f.let(loadSplat(unit, source))
      for (let lane = 1; lane < lanes; lane++) {
        f.add(source, fromStep)
        f.set(vector, loadLane(laneLoads[unit], source, vector, lane))
      }
      f.add(source, fromStep)
      f.store('v128.store', target, vector)
      f.add(target, 16)
    } else {
      f.store('v128.store', target, inner === 'twice' ? everySecond(unit, source) : backwards(unit, source))
      f.add(source, inner === 'twice' ? 32 : -16)
      f.add(target, 16)
    }
  })
  emitEach({ ...row, from: source, to: target, length: f.let(op('i32.rem_u', length, i32(lanes))) })
}

const unitsAt = (unit: number, starts: readonly number[]) =>
  starts.flatMap((start) => Array.from({ length: unit }, (_, i) => start + i))

function everySecond(unit: number, source: Local<'i32'>) {
  const starts = Array.from({ length: 16 / unit }, (_, i) => 2 * i * unit)
  return shuffle(load('v128.load', source), load('v128.load', source, 16), unitsAt(unit, starts))
}

/** The vector that ends with the unit at `source`, turned round. */
function backwards(unit: number, source: Local<'i32'>) {
  const starts = Array.from({ length: 16 / unit }, (_, i) => 16 - (i + 1) * unit)
  const vector = load('v128.load', op('i32.sub', source, i32(16 - unit)))
  return shuffle(vector, vector, unitsAt(unit, starts))
}

/** Blocks of a strip; those at the ends reach back over their neighbours. */
function emitTranspose({ f, unit, from, to, length, fromStep, across, acrossTo }: Row, lanes: Lanes): void {
  const side = blockSide[lanes]
  const missing = f.let(op('i32.sub', i32(side), length))
  const [source, target, count] = [f.let(from), f.let(to), f.let(length)]
  f.if(op('i32.gt_s', missing, i32(0)), () => {
    f.set(source, op('i32.sub', source, op('i32.mul', missing, fromStep)))
    f.set(target, op('i32.sub', target, op('i32.mul', missing, i32(unit))))
    f.set(count, i32(side))
  })
  eachBlock(f, side, across, (column) => {
    const [blockFrom, blockTo] = [
      f.let(op('i32.add', source, op('i32.mul', column, i32(unit)))),
      f.let(strided(target, column, acrossTo)),
    ]
    eachBlock(f, side, count, (row) => {
      const at = strided(blockFrom, row, fromStep)
      transposeBlock(f, lanes, at, fromStep, strided(blockTo, row, i32(unit)), acrossTo)
    })
  })
}

/** Starts of blocks that cover `count`, which is no less than a block. */
function eachBlock(
  f: FunctionBuilder,
  side: number,
  count: Local<'i32'>,
  body: (at: Local<'i32'>) => void,
): void {
  const last = f.let(op('i32.sub', count, i32(side)))
  const at = f.let(i32(0))
  f.loop((again) => {
    body(at)
    f.block((done) => {
      f.branchIf(done, op('i32.eq', at, last))
      f.add(at, side)
      f.set(at, least(at, last))
      f.branch(again)
    })
  })
}
