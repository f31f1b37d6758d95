/**
 * Discrete Fourier transforms of lines, four at a time: a vector holds the same element of four lines, so transforms
 * need no exchange between lanes. Mixed radices in Stockham's order, which sorts by itself: a stage takes data from one
 * buffer to the other, where `run` transforms of `size` elements lie `run` apart.
 */
import { i32, type Local, load, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../kernel.ts'
import { type Target, targetKey } from '../target.ts'
import { emitStage } from './fourier-stage.ts'
import { type I32, plus, smaller, times, type V128, vector } from './vectors.ts'

export interface FourierForm {
  /** Floats of a number: real ones have one. */
  readonly parts: 1 | 2
  readonly outParts: 1 | 2
  readonly inverse: boolean
  readonly window: boolean
  /** The input is the first half of a conjugate symmetric spectrum. */
  readonly mirrored: boolean
}

const params = {
  x: 'in',
  y: 'out',
  window: 'in',
  /** cos and sin of 2π k / length. */
  angles: 'in',
  factors: 'in',
  factorCount: 'i32',
  length: 'i32',
  lines: 'i32',
  /** Elements that are given, and those that are kept. */
  given: 'i32',
  kept: 'i32',
  /** Lines that lie `inner` apart, and bytes from element to element; then those of the result. */
  inner: 'i32',
  xOuter: 'i32',
  xInner: 'i32',
  xStep: 'i32',
  yOuter: 'i32',
  yInner: 'i32',
  yStep: 'i32',
  scale: 'f32',
} as const
type Builder = KernelBuilder<typeof params>

/** Bytes of an element of four lines. */
export const elementBytes = 32
export const fourierScratch = (length: number): number => 2 * elementBytes * length

/** A task is four lines. */
export function fourier(target: Target, form: FourierForm): Kernel<typeof params> {
  const flags = (['inverse', 'window', 'mirrored'] as const).filter((name) => form[name])
  return defineKernel({
    key: ['fourier', form.parts, form.outParts, ...flags, targetKey(target)].join('-'),
    params,
    emit(k) {
      const { f } = k
      const length = f.let(k.arg('length'))
      const [from, to] = [f.let(k.scratch), f.let(plus(k.scratch, times(length, elementBytes)))]
      emitRead(k, form, from)
      const [size, run] = [f.let(length), f.let(i32(1))]
      const factor = f.let(k.arg('factors'))
      f.repeat(k.arg('factorCount'), () => {
        const radix = f.let(load('i32.load', factor))
        f.set(size, op('i32.div_u', size, radix))
        emitStage({ ...k, angles: k.arg('angles'), length }, { from, to, radix, size, run })
        f.set(run, op('i32.mul', run, radix))
        const other = f.let(from)
        f.set(from, to)
        f.set(to, other)
        f.add(factor, 4)
      })
      emitWrite(k, form, from)
    },
  })
}

/** The address of the first element of the task's i-th line, of the last line where there are fewer. */
function lineAt(k: Builder, name: 'x' | 'y', i: number): Local<'i32'> {
  const { f } = k
  const line = smaller(f, plus(times(k.task, 4), i), op('i32.sub', k.arg('lines'), i32(1)))
  const outer = op('i32.mul', op('i32.div_u', line, k.arg('inner')), k.arg(`${name}Outer`))
  const inner = op('i32.mul', op('i32.rem_u', line, k.arg('inner')), k.arg(`${name}Inner`))
  return f.let(plus(k.arg(name), outer, inner))
}

function emitRead(k: Builder, { parts, inverse, window, mirrored }: FourierForm, to: I32): void {
  const { f } = k
  const lines = [0, 1, 2, 3].map((i) => lineAt(k, 'x', i))
  const out = f.let(to)
  const length = k.arg('length')
  f.fill(out, i32(0), times(length, elementBytes))
  const mirror = f.let(plus(to, times(length, elementBytes)))
  const weights = f.let(k.arg('window'))
  const index = f.local('i32')
  const value = f.local('v128')
  f.for(index, 0, k.arg('given'), 1, () => {
    for (let part = 0; part < parts; part++) {
      lines.forEach((line, i) => {
        f.store('f32.store', out, load('f32.load', line, 4 * part), 16 * part + 4 * i)
      })
      f.set(value, vector(out, 16 * part))
      if (window) f.set(value, op('f32x4.mul', value, load('v128.load32_splat', weights)))
      // The inverse is the conjugate of the transform of the conjugate.
      if (part === 1 && inverse) f.set(value, op('f32x4.neg', value))
      f.store('v128.store', out, value, 16 * part)
    }
    // X[n-k] = conj(X[k]) but for the number that is its own mirror image.
    if (mirrored)
      f.if(op('i32.and', op('i32.gt_u', mirror, out), op('i32.gt_s', index, i32(0))), () => {
        f.store('v128.store', mirror, vector(out))
        f.store('v128.store', mirror, op('f32x4.neg', vector(out, 16)), 16)
      })
    for (const line of lines) f.add(line, k.arg('xStep'))
    f.add(out, elementBytes)
    f.add(mirror, -elementBytes)
    f.add(weights, 4)
  })
}

function emitWrite(k: Builder, { outParts, inverse }: FourierForm, from: I32): void {
  const { f } = k
  const lines = [0, 1, 2, 3].map((i) => lineAt(k, 'y', i))
  const source = f.let(from)
  const scale = f.let(op('f32x4.splat', k.arg('scale')))
  f.repeat(k.arg('kept'), () => {
    for (let part = 0; part < outParts; part++) {
      const factor: V128 = part === 1 && inverse ? op('f32x4.neg', scale) : scale
      const value = f.let(op('f32x4.mul', vector(source, 16 * part), factor))
      // Lines that are there twice are written twice, with equal values.
      lines.forEach((line, i) => f.storeLane('v128.store32_lane', line, value, i, 4 * part))
    }
    for (const line of lines) f.add(line, k.arg('yStep'))
    f.add(source, elementBytes)
  })
}
