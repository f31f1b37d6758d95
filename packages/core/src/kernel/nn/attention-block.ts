/** One block of keys for the queries of an attention task: scores, powers, and their share of the values. */
import { f32, f32x4, i32, i32x4, type Local, load, op, select } from '../../wasm/index.ts'
import { emitActivation } from './activation.ts'
import {
  type AttentionBuilder,
  type AttentionForm,
  type AttentionTask,
  blockKeys,
  type MaskKind,
  stateAt,
  stateBytes,
} from './attention-form.ts'
import { emitDotTile } from './dot-tile.ts'
import { emitProducts, makeTile } from './gate-panels.ts'
import { emitExp } from './math.ts'
import { type I32, laneMax, laneSum, overRow, plus, smaller, times, type V128, vector } from './vectors.ts'

/** Takes the queries of a task through the keys from `key` on. */
export function emitBlock(k: AttentionBuilder, form: AttentionForm, task: AttentionTask, key: I32): void {
  const { f } = k
  const keys = smaller(f, op('i32.sub', task.end, key), i32(blockKeys))
  emitScores(k, form, task, { key, keys })
  emitPowers(k, task, keys)
  emitValues(k, task, { key, keys })
}

interface Block {
  readonly key: I32
  readonly keys: I32
}

/** `emit` for pairs of queries, and for the last one where their number is odd, with its number. */
function overQueries(
  k: AttentionBuilder,
  count: I32,
  emit: (query: Local<'i32'>, queries: number) => void,
): void {
  const { f } = k
  const query = f.let(i32(0))
  f.repeat(op('i32.shr_u', count, i32(1)), () => {
    emit(query, 2)
    f.add(query, 2)
  })
  f.if(op('i32.and', count, i32(1)), () => emit(query, 1))
}

function emitScores(
  k: AttentionBuilder,
  form: AttentionForm,
  task: AttentionTask,
  { key, keys }: Block,
): void {
  const { f } = k
  const [size, row] = [f.let(k.arg('size')), f.let(k.arg('kRow'))]
  const last = f.let(op('i32.sub', task.end, i32(1)))
  const j = f.local('i32')
  f.for(j, 0, keys, 4, () => {
    const first = f.let(plus(key, j))
    // Behind the last key there may be no memory.
    const others = [0, 1, 2, 3].map((i) =>
      f.let(plus(task.k, op('i32.mul', smaller(f, plus(first, i), last), row))),
    )
    overQueries(k, task.count, (query, queries) => {
      const rows = Array.from({ length: queries }, (_, i) =>
        plus(task.q, op('i32.mul', plus(query, i), k.arg('qRow'))),
      )
      emitDotTile(k, rows, others, size).forEach((products, i) => {
        const score = emitBias(k, form, task, { products, query: plus(query, i), key: first })
        const at = plus(times(plus(query, i), 4 * blockKeys), times(j, 4))
        f.store('v128.store', plus(task.scores, at), score)
      })
    })
  })
}

interface Products {
  readonly products: V128
  readonly query: I32
  readonly key: I32
}

/** Scores of four keys with all that is added to them; -Infinity where the query does not see a key. */
function emitBias(
  k: AttentionBuilder,
  { masks, softcap }: AttentionForm,
  task: AttentionTask,
  { products, query, key }: Products,
): V128 {
  const { f } = k
  const hidden = f32x4(Number.NEGATIVE_INFINITY)
  const score = f.let(op('f32x4.mul', products, op('f32x4.splat', k.arg('scale'))))
  if (softcap) {
    const cap = f.let(op('f32x4.splat', k.arg('softcap')))
    const ratio = f.let(op('f32x4.div', score, cap))
    f.set(score, op('f32x4.mul', emitActivation(k, { name: 'Tanh', alpha: 0, beta: 0 }, ratio), cap))
  }
  masks.forEach((kind, i) => {
    const row = plus(task.masks[i]!, op('i32.mul', query, k.arg(i === 0 ? 'mask0Row' : 'mask1Row')))
    f.set(score, emitMask(kind, row, key, score))
  })
  const state = f.let(plus(k.scratch, times(query, stateBytes)))
  const indices = f.let(op('i32x4.add', op('i32x4.splat', key), i32x4(0, 1, 2, 3)))
  const behind = op('i32x4.ge_s', indices, op('i32x4.splat', load('i32.load', state, stateAt.to)))
  const before = op('i32x4.lt_s', indices, op('i32x4.splat', load('i32.load', state, stateAt.from)))
  return op('v128.bitselect', hidden, score, op('v128.or', behind, before))
}

function emitMask(kind: MaskKind, row: I32, key: I32, score: V128): V128 {
  if (kind === 'float') return op('f32x4.add', score, vector(plus(row, times(key, 4))))
  const bytes = op('i32x4.splat', load('i32.load', plus(row, key)))
  const lanes = op('i32x4.extend_low_i16x8_u', op('i16x8.extend_low_i8x16_u', bytes))
  return op('v128.bitselect', f32x4(Number.NEGATIVE_INFINITY), score, op('i32x4.eq', lanes, i32x4(0)))
}

/** Turns the scores of a block into powers, and tells each query how to rescale what it has so far. */
function emitPowers(k: AttentionBuilder, task: AttentionTask, keys: I32): void {
  const { f } = k
  const [state, row] = [f.let(k.scratch), f.let(task.scores)]
  // Scores behind the last key are -Infinity.
  const padded = f.let(op('i32.and', plus(keys, 3), i32(-4)))
  f.repeat(task.count, () => {
    const top = f.let(op('f32x4.splat', load('f32.load', state, stateAt.top)))
    const before = f.let(top)
    const at = f.let(row)
    overRow(f, padded, [at], () => f.set(top, op('f32x4.pmax', top, vector(at))))
    const highest = f.let(laneMax(f, top))
    f.store('f32.store', state, highest, stateAt.top)
    const none = op('f32.eq', highest, f32(Number.NEGATIVE_INFINITY))
    const shift = f.let(op('f32x4.splat', select(f32(0), highest, none)))
    const rescale = emitExp(k, op('f32x4.sub', before, shift))
    f.store('f32.store', state, laneMax(f, rescale), stateAt.rescale)
    const sum = f.let(f32x4(0))
    f.set(at, row)
    overRow(f, padded, [at], () => {
      const power = emitExp(k, op('f32x4.sub', vector(at), shift))
      f.set(sum, op('f32x4.add', sum, power))
      f.store('v128.store', at, power)
    })
    const old = op('f32.mul', load('f32.load', state, stateAt.sum), load('f32.load', state, stateAt.rescale))
    f.store('f32.store', state, op('f32.add', old, laneSum(f, sum)), stateAt.sum)
    f.add(state, stateBytes)
    f.add(row, 4 * blockKeys)
  })
}

/** sums = rescale · sums + powers × values, in tiles of 16 columns. */
function emitValues(k: AttentionBuilder, task: AttentionTask, { key, keys }: Block): void {
  const { f } = k
  const row = f.let(k.arg('vRow'))
  const values = f.let(plus(task.v, op('i32.mul', key, row)))
  overQueries(k, task.count, (query, queries) => {
    const column = f.local('i32')
    f.for(column, 0, task.sumBytes, 64, () => {
      const tile = makeTile(k, queries, 4)
      const sums = tile.map((_, i) =>
        f.let(plus(task.sums, op('i32.mul', plus(query, i), task.sumBytes), column)),
      )
      tile.forEach((list, i) => {
        const state = plus(k.scratch, times(plus(query, i), stateBytes))
        const rescale = f.let(load('v128.load32_splat', state, stateAt.rescale))
        list.forEach((sum, v) => f.set(sum, op('f32x4.mul', vector(sums[i]!, 16 * v), rescale)))
      })
      const powers = tile.map((_, i) => f.let(plus(task.scores, times(plus(query, i), 4 * blockKeys))))
      emitProducts(k, tile, powers, f.let(plus(values, column)), keys, row)
      tile.forEach((list, i) => {
        list.forEach((sum, v) => f.store('v128.store', sums[i]!, sum, 16 * v))
      })
    })
  })
}
