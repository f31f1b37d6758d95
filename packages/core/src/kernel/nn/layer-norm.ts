/** LayerNormalization and its relatives: rows standardised by their own moments, or divided by their root mean square. */
import { f32, type Local, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../kernel.ts'
import { type Target, targetKey } from '../target.ts'
import {
  type F32,
  type I32,
  madd,
  overRow,
  overTask,
  plus,
  rowSum,
  storeSome,
  times,
  type V128,
  vector,
} from './vectors.ts'

export interface LayerNormForm {
  /** Divide by the root mean square, without taking the mean out. */
  readonly rootMeanSquare: boolean
  /** Optional operands and results that are there. */
  readonly has: Readonly<Partial<Record<'skip' | 'skipBias' | 'bias' | 'mean' | 'inverse' | 'sum', boolean>>>
}

const params = {
  x: 'in',
  /** Added to x; `skipRows` rows that repeat. */
  skip: 'in',
  skipBias: 'in',
  gain: 'in',
  bias: 'in',
  y: 'out',
  mean: 'out',
  inverse: 'out',
  sum: 'out',
  rows: 'i32',
  size: 'i32',
  rowsPerTask: 'i32',
  skipRows: 'i32',
  epsilon: 'f32',
} as const

/** Rows of `size` neighbours, `rowsPerTask` of them per task. */
export function layerNorm(target: Target, form: LayerNormForm): Kernel<typeof params> {
  const { rootMeanSquare, has } = form
  const parts = Object.entries(has).flatMap(([name, there]) => (there ? [name] : []))
  return defineKernel({
    key: `${rootMeanSquare ? 'rms' : 'layer'}-norm-${[...parts.sort(), targetKey(target)].join('-')}`,
    params,
    inplace: [['x', 'y']],
    emit(k) {
      const { f } = k
      const size = f.let(k.arg('size'))
      overTask(f, k.task, k.arg('rowsPerTask'), k.arg('rows'), (row) => {
        const offset = f.let(times(op('i32.mul', row, size), 4))
        const y = f.let(plus(k.arg('y'), offset))
        const x = f.let(plus(k.arg('x'), offset))
        if (has.skip) emitSum(k, form, x, has.sum ? f.let(plus(k.arg('sum'), offset)) : y, { row, size })
        const moments = emitMoments(k, x, size, rootMeanSquare)
        if (has.mean) f.store('f32.store', plus(k.arg('mean'), times(row, 4)), moments.mean)
        if (has.inverse) f.store('f32.store', plus(k.arg('inverse'), times(row, 4)), moments.inverse)
        emitScaled(k, form, { x, y, size }, moments)
      })
    },
  })
}

/** x + skip + bias, stored at `out`, which x points to from then on. */
function emitSum(
  k: KernelBuilder<typeof params>,
  { has }: LayerNormForm,
  x: Local<'i32'>,
  out: I32,
  { row, size }: { readonly row: I32; readonly size: I32 },
): void {
  const { f } = k
  const skipRow = op('i32.rem_u', row, k.arg('skipRows'))
  const skip = f.let(plus(k.arg('skip'), times(op('i32.mul', skipRow, size), 4)))
  const bias = f.let(k.arg('skipBias'))
  const to = f.let(out)
  overRow(f, size, [x, skip, to, bias], (left) => {
    const sum = op('f32x4.add', vector(x), vector(skip))
    storeSome(f, to, has.skipBias ? op('f32x4.add', sum, vector(bias)) : sum, left)
  })
  f.set(x, out)
}

interface Moments {
  /** 0 where rows are only divided by their root mean square. */
  readonly mean: Local<'f32'>
  readonly inverse: Local<'f32'>
}

/** The mean of a row and one over its deviation; two passes, so that a large mean does not swallow the deviation. */
export function emitMoments(
  k: KernelBuilder<{ readonly epsilon: 'f32' }>,
  x: I32,
  size: I32,
  rootMeanSquare: boolean,
): Moments {
  const { f, target } = k
  const count = f.let(op('f32.convert_i32_u', size))
  const mean = f.local('f32')
  if (rootMeanSquare) f.set(mean, f32(0))
  else
    f.set(
      mean,
      op(
        'f32.div',
        rowSum(f, x, size, (sum, value) => op('f32x4.add', sum, value)),
        count,
      ),
    )
  const center = f.let(op('f32x4.splat', mean))
  const deviation = f.local('v128')
  const squares = rowSum(f, x, size, (sum, value) => {
    const centred = f.tee(deviation, rootMeanSquare ? value : op('f32x4.sub', value, center))
    return madd(target, centred, deviation, sum)
  })
  const variance: F32 = op('f32.add', op('f32.div', squares, count), k.arg('epsilon'))
  return { mean, inverse: f.let(op('f32.div', f32(1), op('f32.sqrt', variance))) }
}

function emitScaled(
  k: KernelBuilder<typeof params>,
  { rootMeanSquare, has }: LayerNormForm,
  { x, y, size }: { readonly x: I32; readonly y: I32; readonly size: I32 },
  moments: Moments,
): void {
  const { f, target } = k
  const [source, gain, bias, out] = [f.let(x), f.let(k.arg('gain')), f.let(k.arg('bias')), f.let(y)]
  const mean = f.let(op('f32x4.splat', moments.mean))
  const inverse = f.let(op('f32x4.splat', moments.inverse))
  overRow(f, size, [source, gain, out, bias], (left) => {
    const centred: V128 = rootMeanSquare ? vector(source) : op('f32x4.sub', vector(source), mean)
    const normal = op('f32x4.mul', centred, inverse)
    const scaled = has.bias
      ? madd(target, normal, vector(gain), vector(bias))
      : op('f32x4.mul', normal, vector(gain))
    storeSome(f, out, scaled, left)
  })
}
