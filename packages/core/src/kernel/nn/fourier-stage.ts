/** One stage of a Fourier transform: butterflies of a radix, and what they are turned by. */
import { f32x4, i32, load, op } from '../../wasm/index.ts'
import type { KernelBuilder } from '../kernel.ts'
import { type I32, madd, plus, times, type V128, vector } from './vectors.ts'

/** Bytes of an element: four real parts, four imaginary ones. */
const bytes = 32

interface StageBuilder extends Pick<KernelBuilder, 'f' | 'target'> {
  readonly angles: I32
  readonly length: I32
}

export interface Stage {
  readonly from: I32
  readonly to: I32
  readonly radix: I32
  /** Elements of a transform that are left after this stage, and how far its elements are apart. */
  readonly size: I32
  readonly run: I32
}

type Complex = readonly [re: V128, im: V128]

const read = (at: I32): Complex => [vector(at), vector(at, 16)]
const sum = ([a, b]: Complex, [c, d]: Complex): Complex => [op('f32x4.add', a, c), op('f32x4.add', b, d)]
const difference = ([a, b]: Complex, [c, d]: Complex): Complex => [
  op('f32x4.sub', a, c),
  op('f32x4.sub', b, d),
]

/**
 * For p < size and q < run: to[q + run · (radix · p + t)] = w^(p · t · run) · Σ over j of from[q + run · (p + size · j)] · w^(j · t ·
 * length / radix), where w = e^(-2πi / length).
 */
export function emitStage(k: StageBuilder, { from, to, radix, size, run }: Stage): void {
  const { f } = k
  const row = f.let(times(run, bytes))
  const [p, source, out] = [f.local('i32'), f.let(from), f.let(to)]
  const apart = f.let(op('i32.mul', row, size))
  f.for(p, 0, size, 1, () => {
    const angle = f.let(op('i32.mul', p, run))
    const butterflies = { source, out, row, apart, run, angle, radix }
    f.if(
      op('i32.eq', radix, i32(4)),
      () => emitFours(k, butterflies),
      () =>
        f.if(
          op('i32.eq', radix, i32(2)),
          () => emitTwos(k, butterflies),
          () => emitAny(k, butterflies),
        ),
    )
    f.add(source, row)
    f.add(out, op('i32.mul', row, radix))
  })
}

interface Butterflies {
  readonly source: I32
  readonly out: I32
  /** Bytes between results, and between operands. */
  readonly row: I32
  readonly apart: I32
  readonly run: I32
  /** The number of the angle that the second result is turned by. */
  readonly angle: I32
  readonly radix: I32
}

/** cos and sin of an angle. */
function angleAt({ f, angles }: StageBuilder, index: I32): Complex {
  const at = f.let(plus(angles, times(index, 8)))
  return [f.let(load('v128.load32_splat', at)), f.let(load('v128.load32_splat', at, 4))]
}

/** x · (cos - i sin). */
function turned({ f, target }: StageBuilder, x: Complex, [cos, sin]: Complex): Complex {
  const [re, im] = [f.let(x[0]), f.let(x[1])]
  return [
    madd(target, re, cos, op('f32x4.mul', im, sin)),
    op('f32x4.sub', op('f32x4.mul', im, cos), op('f32x4.mul', re, sin)),
  ]
}

function write({ f }: StageBuilder, at: I32, [re, im]: Complex): void {
  f.store('v128.store', at, re)
  f.store('v128.store', at, im, 16)
}

const kept = ({ f }: StageBuilder, [re, im]: Complex): Complex => [f.let(re), f.let(im)]

function emitTwos(k: StageBuilder, { source, out, row, apart, run, angle }: Butterflies): void {
  const { f } = k
  const turn = angleAt(k, angle)
  const [from, to] = [f.let(source), f.let(out)]
  f.repeat(run, () => {
    const [a, b] = [kept(k, read(from)), kept(k, read(plus(from, apart)))]
    write(k, to, sum(a, b))
    write(k, plus(to, row), turned(k, difference(a, b), turn))
    for (const pointer of [from, to]) f.add(pointer, bytes)
  })
}

function emitFours(k: StageBuilder, { source, out, row, apart, run, angle }: Butterflies): void {
  const { f } = k
  const turns = [1, 2, 3].map((t) => angleAt(k, times(angle, t)))
  const [from, to] = [f.let(source), f.let(out)]
  f.repeat(run, () => {
    const operand = (j: number) => kept(k, read(plus(from, times(apart, j))))
    const [a, b, c, d] = [operand(0), operand(1), operand(2), operand(3)]
    const [even, odd] = [kept(k, sum(a, c)), kept(k, sum(b, d))]
    const [evenApart, oddApart] = [kept(k, difference(a, c)), kept(k, difference(b, d))]
    // -i · (b - d)
    const quarter: Complex = [oddApart[1], op('f32x4.neg', oddApart[0])]
    const results = [sum(evenApart, quarter), difference(even, odd), difference(evenApart, quarter)]
    write(k, to, sum(even, odd))
    results.forEach((result, i) => write(k, plus(to, times(row, i + 1)), turned(k, result, turns[i]!)))
    for (const pointer of [from, to]) f.add(pointer, bytes)
  })
}

/** Any radix, by its definition. */
function emitAny(k: StageBuilder, { source, out, row, apart, run, angle, radix }: Butterflies): void {
  const { f, length } = k
  const unit = f.let(op('i32.div_u', length, radix))
  const t = f.local('i32')
  const to = f.let(out)
  f.for(t, 0, radix, 1, () => {
    const turn = angleAt(k, op('i32.mul', angle, t))
    const [from, result] = [f.let(source), f.let(to)]
    f.repeat(run, () => {
      const [re, im] = [f.let(f32x4(0)), f.let(f32x4(0))]
      const [at, index] = [f.let(from), f.let(i32(0))]
      f.repeat(radix, () => {
        const [x, y] = turned(k, read(at), angleAt(k, op('i32.mul', index, unit)))
        f.set(re, op('f32x4.add', re, x))
        f.set(im, op('f32x4.add', im, y))
        f.add(at, apart)
        f.add(index, t)
        f.if(op('i32.ge_u', index, radix), () => f.set(index, op('i32.sub', index, radix)))
      })
      write(k, result, turned(k, [re, im], turn))
      for (const pointer of [from, result]) f.add(pointer, bytes)
    })
    f.add(to, row)
  })
}
