/**
 * Walks over the elements of channels, axis 1 of [batch, channels, inner]. A unit of work is one channel, whose
 * neighbours vectors hold; or four channels side by side where `inner` is 1 (`byRow`). Sums are of doubles, a pair of two
 * lanes each: in a unit of one channel all lanes hold its sum.
 */
import {
  extractLane,
  type FunctionBuilder,
  f64x2,
  i32,
  type Local,
  load,
  type Operand,
  op,
  shuffle32,
} from '../../wasm/index.ts'
import type { KernelBuilder } from '../kernel.ts'
import { type I32, laneMask, overRow, plus, splat, storeSome, times, type V128, vector } from './vectors.ts'

export const channelParams = {
  batch: 'i32',
  channels: 'i32',
  inner: 'i32',
  units: 'i32',
  unitsPerTask: 'i32',
} as const

/** Lanes 0 and 1, and lanes 2 and 3, as doubles. */
export type Pair = readonly [V128, V128]

export interface ChannelUnit {
  readonly k: KernelBuilder<typeof channelParams>
  readonly byRow: boolean
  readonly unit: Local<'i32'>
}

/** Sizes of the work, as arguments of `channelParams`. */
export function channelUnits(batch: number, channels: number, inner: number) {
  const byRow = inner === 1
  return { byRow, units: byRow ? Math.ceil(channels / 4) : channels, batch, channels, inner }
}

/** `body` for each vector of the unit, at its offset in bytes; `left` is the number of lanes where not all four count. */
export function overElements(
  { k, byRow, unit }: ChannelUnit,
  body: (offset: Local<'i32'>, left: I32 | undefined) => void,
): void {
  const { f, arg } = k
  const offset = f.local('i32')
  if (byRow) {
    const rowBytes = f.let(times(arg('channels'), 4))
    const own = f.let(op('i32.sub', arg('channels'), times(unit, 4)))
    f.set(offset, times(unit, 16))
    const rows = (left: I32 | undefined) =>
      f.repeat(arg('batch'), () => {
        body(offset, left)
        f.add(offset, rowBytes)
      })
    f.if(
      op('i32.ge_s', own, i32(4)),
      () => rows(undefined),
      () => rows(own),
    )
    return
  }
  const inner = f.let(arg('inner'))
  const start = f.let(times(op('i32.mul', unit, inner), 4))
  f.repeat(arg('batch'), () => {
    f.set(offset, start)
    overRow(f, inner, [offset], (left) => body(offset, left))
    f.set(start, plus(start, times(op('i32.mul', inner, arg('channels')), 4)))
  })
}

/** Sums over the unit of what `terms` makes of the elements at `addresses`, two at a time. */
export function sumsOver(
  u: ChannelUnit,
  addresses: readonly I32[],
  count: number,
  terms: (values: readonly Local<'v128'>[], half: 0 | 1) => readonly V128[],
): readonly Pair[] {
  const { f } = u.k
  const sums = Array.from({ length: count }, () => [f.let(f64x2(0)), f.let(f64x2(0))] as const)
  const bases = addresses.map((address) => f.let(address))
  overElements(u, (offset, left) => {
    const places = bases.map((base) => f.let(plus(base, offset)))
    for (const half of [0, 1] as const) {
      const values = places.map((at) =>
        f.let(op('f64x2.promote_low_f32x4', load('v128.load64_zero', at, 8 * half))),
      )
      const mask = left && !u.byRow ? f.let(halfMask(left, half)) : undefined
      terms(values, half).forEach((term, i) => {
        const counted = mask ? op('v128.and', term, mask) : term
        f.set(sums[i]![half], op('f64x2.add', sums[i]![half], counted))
      })
    }
  })
  return u.byRow ? sums : sums.map(([low, high]) => everywhere(f, op('f64x2.add', low, high)))
}

function halfMask(left: I32, half: 0 | 1): V128 {
  return op(half === 0 ? 'i64x2.extend_low_i32x4_s' : 'i64x2.extend_high_i32x4_s', laneMask(left))
}

/** The sum of both lanes in all of them. */
function everywhere(f: FunctionBuilder, halves: V128): Pair {
  const both = f.let(halves)
  const lane = (i: number): Operand<'f64'> => extractLane('f64x2.extract_lane', both, i)
  const total = f.let(op('f64x2.splat', op('f64.add', lane(0), lane(1))))
  return [total, total]
}

/** The numbers of the unit's channels at a place that has one for each. */
export function ofChannels({ k, byRow, unit }: ChannelUnit, place: I32): Local<'v128'> {
  return k.f.let(byRow ? vector(plus(place, times(unit, 16))) : splat(plus(place, times(unit, 4))))
}

/** Stores a number for each channel of the unit. */
export function storeChannels({ k, byRow, unit }: ChannelUnit, place: I32, value: Pair): void {
  const { f, arg } = k
  const floats = narrow(f, value)
  if (!byRow) {
    f.storeLane('v128.store32_lane', plus(place, times(unit, 4)), floats, 0)
    return
  }
  const at = f.let(plus(place, times(unit, 16)))
  const own = f.let(op('i32.sub', arg('channels'), times(unit, 4)))
  f.if(
    op('i32.ge_s', own, i32(4)),
    () => f.store('v128.store', at, floats),
    () => storeSome(f, at, floats, own),
  )
}

/** Four floats as doubles. */
export function widen(f: FunctionBuilder, value: Local<'v128'>): Pair {
  return [
    f.let(op('f64x2.promote_low_f32x4', value)),
    f.let(op('f64x2.promote_low_f32x4', shuffle32(value, value, [2, 3, 2, 3]))),
  ]
}

/** Doubles as four floats. */
export function narrow(f: FunctionBuilder, [low, high]: Pair): Local<'v128'> {
  const [a, b] = [op('f32x4.demote_f64x2_zero', low), op('f32x4.demote_f64x2_zero', high)]
  return f.let(shuffle32(a, b, [0, 1, 4, 5]))
}

type Binary = 'f64x2.add' | 'f64x2.sub' | 'f64x2.mul' | 'f64x2.div'

/** An operation on both halves; one vector stands for both. */
export function both(f: FunctionBuilder, name: Binary, a: Pair | V128, b: Pair | V128): Pair {
  const of = (x: Pair | V128, half: 0 | 1): V128 => ('type' in x ? x : x[half])
  return [f.let(op(name, of(a, 0), of(b, 0))), f.let(op(name, of(a, 1), of(b, 1)))]
}
