/** Rotation of pairs of each head by the angles of its position. */
import { type FunctionBuilder, i32, type Local, load, op, select, shuffle32 } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../kernel.ts'
import { type Target, targetKey } from '../target.ts'
import { type I32, madd, overRow, plus, smaller, storeSome, times, type V128, vector } from './vectors.ts'

/** Where the position of a row comes from: a list, a first one, the places of a cache, or the caches have a row for each. */
export type PositionSource = 'list' | 'first' | 'places' | 'rows'

export interface RotaryForm {
  /** Pairs are neighbours; otherwise halves of what is rotated. */
  readonly interleaved: boolean
  readonly positions: PositionSource
}

const params = {
  x: 'in',
  y: 'out',
  cos: 'in',
  sin: 'in',
  positions: 'in',
  heads: 'i32',
  length: 'i32',
  size: 'i32',
  half: 'i32',
  /** Rows of cos and sin. */
  rows: 'i32',
  xBatch: 'i32',
  xHead: 'i32',
  xRow: 'i32',
  yBatch: 'i32',
  yHead: 'i32',
  yRow: 'i32',
} as const
type Builder = KernelBuilder<typeof params>

/** Rotates the rows of a head of a sequence per task. */
export function rotary(target: Target, form: RotaryForm): Kernel<typeof params> {
  return defineKernel({
    key: `rotary-${form.interleaved ? 'pairs' : 'halves'}-${form.positions}-${targetKey(target)}`,
    params,
    emit(k) {
      const { f } = k
      const [n, h] = [
        f.let(op('i32.div_u', k.task, k.arg('heads'))),
        f.let(op('i32.rem_u', k.task, k.arg('heads'))),
      ]
      const x = f.let(plus(k.arg('x'), op('i32.mul', n, k.arg('xBatch')), op('i32.mul', h, k.arg('xHead'))))
      const y = f.let(plus(k.arg('y'), op('i32.mul', n, k.arg('yBatch')), op('i32.mul', h, k.arg('yHead'))))
      const half = f.let(k.arg('half'))
      const t = f.local('i32')
      f.for(t, 0, k.arg('length'), 1, () => {
        const row = f.let(positionOf(k, form.positions, n, t))
        f.set(row, select(row, i32(0), op('i32.gt_s', row, i32(0))))
        const held = smaller(f, row, op('i32.sub', k.arg('rows'), i32(1)))
        const angle = f.let(times(op('i32.mul', held, half), 4))
        const [cos, sin] = [f.let(plus(k.arg('cos'), angle)), f.let(plus(k.arg('sin'), angle))]
        const [from, to] = [f.let(x), f.let(y)]
        if (form.interleaved) emitPairs(k, { from, to, cos, sin, half })
        else emitHalves(k, { from, to, cos, sin, half })
        const rotated = f.let(times(half, 8))
        const rest = op('i32.sub', times(k.arg('size'), 4), rotated)
        f.copy(plus(y, rotated), plus(x, rotated), rest)
        f.add(x, k.arg('xRow'))
        f.add(y, k.arg('yRow'))
      })
    },
  })
}

function positionOf({ f: _f, ...k }: Builder, source: PositionSource, n: I32, t: I32): I32 {
  const index = plus(op('i32.mul', n, k.arg('length')), t)
  switch (source) {
    case 'list':
      return load('i32.load', plus(k.arg('positions'), times(index, 8)))
    case 'first':
      return plus(load('i32.load', k.arg('positions')), t)
    case 'places':
      return plus(load('i32.load', plus(k.arg('positions'), times(n, 8)), 4), t)
    case 'rows':
      return index
    default:
      return source satisfies never
  }
}

interface Row {
  readonly from: Local<'i32'>
  readonly to: Local<'i32'>
  readonly cos: Local<'i32'>
  readonly sin: Local<'i32'>
  readonly half: I32
}

/** (a, b) turned by an angle. */
function turned(k: Builder, a: V128, b: V128, cos: V128, sin: V128): readonly [Local<'v128'>, Local<'v128'>] {
  const { f, target } = k
  const [c, s] = [f.let(cos), f.let(sin)]
  return [
    f.let(op('f32x4.sub', op('f32x4.mul', c, a), op('f32x4.mul', s, b))),
    f.let(madd(target, s, a, op('f32x4.mul', c, b))),
  ]
}

function emitHalves(k: Builder, { from, to, cos, sin, half }: Row): void {
  const { f } = k
  const bytes = f.let(times(half, 4))
  overRow(f, half, [from, to, cos, sin], (left) => {
    const [a, b] = [f.let(vector(from)), f.let(vector(plus(from, bytes)))]
    const [first, second] = turned(k, a, b, vector(cos), vector(sin))
    storeSome(f, to, first, left)
    storeSome(f, plus(to, bytes), second, left)
  })
}

function emitPairs(k: Builder, { from, to, cos, sin, half }: Row): void {
  const { f } = k
  overRow(f, half, [cos, sin], (left) => {
    const [low, high] = [f.let(vector(from)), f.let(vector(from, 16))]
    const even = f.let(shuffle32(low, high, [0, 2, 4, 6]))
    const odd = f.let(shuffle32(low, high, [1, 3, 5, 7]))
    const [first, second] = turned(k, even, odd, vector(cos), vector(sin))
    const pairs = [shuffle32(first, second, [0, 4, 1, 5]), shuffle32(first, second, [2, 6, 3, 7])] as const
    if (left) storePairs(f, to, pairs, left)
    else pairs.forEach((pair, i) => f.store('v128.store', to, pair, 16 * i))
    f.add(from, 32)
    f.add(to, 32)
  })
}

/** The first `count` of four pairs, 1 to 3. */
function storePairs(f: FunctionBuilder, to: I32, [low, high]: readonly [V128, V128], count: I32): void {
  f.if(
    op('i32.eq', count, i32(1)),
    () => f.storeLane('v128.store64_lane', to, low, 0),
    () => f.store('v128.store', to, low),
  )
  f.if(op('i32.eq', count, i32(3)), () => f.storeLane('v128.store64_lane', to, high, 0, 16))
}
