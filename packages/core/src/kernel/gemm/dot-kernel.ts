/**
 * A vector times a matrix whose rows are contiguous: every element is the dot product of the vector with a row. Reads
 * the matrix once, as it is.
 */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { f32x4, i32, i32x4, load, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder, type ParamSpec } from '../kernel.ts'
import type { BoundEpilogue } from '../lower.ts'
import { type Target, targetKey } from '../target.ts'
import { turned } from './pack.ts'
import { multiplyAdd } from './tile-product.ts'
import { storeFirst } from './tile-store.ts'

export interface DotForm {
  /** A value for all elements, or one for each, that is added. */
  readonly start: 'none' | 'one' | 'each'
  readonly isAdded: boolean
  readonly isScaled: boolean
  readonly epilogue: BoundEpilogue | undefined
}

export const dotParams = {
  x: 'in',
  /** Rows of the matrix lie `depth` floats apart. */
  w: 'in',
  y: 'out',
  start: 'in',
  added: 'in',
  /** Pairs of numbers of vector and matrix for each result; absent: the same numbers, times `xBatch`, `wBatch`. */
  matrices: 'in',
  count: 'i32',
  depth: 'i32',
  xBatch: 'i32',
  wBatch: 'i32',
  startBatch: 'i32',
  addedBatch: 'i32',
  /** Elements of a task, a multiple of 4; tasks of one result. */
  block: 'i32',
  tasks: 'i32',
  scale: 'f32',
} as const satisfies ParamSpec

type DotKernel = Kernel<typeof dotParams>
type Builder = KernelBuilder<typeof dotParams>

const rows = 4

export function dotKernel(target: Target, form: DotForm): DotKernel {
  const { start, isAdded, isScaled, epilogue } = form
  const parts = [
    targetKey(target),
    start,
    isAdded ? 'added' : '',
    isScaled ? 'scaled' : '',
    epilogue?.key ?? '',
  ]
  return defineKernel<ParamSpec>({
    key: `dot:${parts.join(':')}`,
    params: { ...dotParams, ...epilogue?.params },
    emit: (k) => emitTask(k as Builder, target, form), // the epilogue's parameters come on top
  }) as DotKernel // as above
}

const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)

function emitTask(k: Builder, target: Target, form: DotForm): void {
  const { f, arg, task } = k
  const batch = f.let(op('i32.div_u', task, arg('tasks')))
  const at = f.let(times(op('i32.rem_u', task, arg('tasks')), arg('block')))
  const end = f.let(plus(at, arg('block')))
  f.if(op('i32.gt_s', end, arg('count')), () => f.set(end, arg('count')))
  const [xNumber, wNumber] = [f.let(batch), f.let(batch)]
  f.if(arg('matrices'), () => {
    const pair = f.let(plus(arg('matrices'), op('i32.shl', batch, i32(3))))
    f.set(xNumber, load('i32.load', pair))
    f.set(wNumber, load('i32.load', pair, 4))
  })
  const x = f.let(plus(arg('x'), times(xNumber, arg('xBatch'))))
  const rowBytes = f.let(op('i32.shl', arg('depth'), i32(2)))
  const w = f.let(plus(plus(arg('w'), times(wNumber, arg('wBatch'))), times(at, rowBytes)))
  const y = f.let(plus(arg('y'), op('i32.shl', plus(times(batch, arg('count')), at), i32(2))))
  f.for(at, at, end, rows, () => {
    const left = f.let(op('i32.sub', end, at))
    const value = f.let(emitDots(f, target, { x, w, rowBytes, left, depth: arg('depth') }))
    f.set(value, finished(k, form, value, batch, at))
    storeFirst(f, y, value, left)
    f.add(w, op('i32.shl', rowBytes, i32(2)))
    f.add(y, 4 * rows)
  })
}

function finished(
  k: Builder,
  { start, isAdded, isScaled, epilogue }: DotForm,
  sum: Operand<'v128'>,
  batch: Local<'i32'>,
  at: Local<'i32'>,
): Operand<'v128'> {
  const { arg } = k
  const offset = op('i32.shl', at, i32(2))
  let value = isScaled ? op('f32x4.mul', sum, op('f32x4.splat', arg('scale'))) : sum
  if (start !== 'none') {
    const from = plus(arg('start'), times(batch, arg('startBatch')))
    const one = start === 'one' ? load('v128.load32_splat', from) : load('v128.load', plus(from, offset))
    value = op('f32x4.add', value, one)
  }
  if (isAdded) {
    const from = plus(arg('added'), times(batch, arg('addedBatch')))
    value = op('f32x4.add', value, load('v128.load', plus(from, offset)))
  }
  return epilogue ? epilogue.vector(k as KernelBuilder, value, [batch, i32(0), at]) : value // its parameters are among the kernel's
}

interface Dots {
  readonly x: Local<'i32'>
  readonly w: Local<'i32'>
  readonly rowBytes: Local<'i32'>
  /** Rows from `w` on. */
  readonly left: Local<'i32'>
  readonly depth: Operand<'i32'>
}

/** The dot products of `x` with four rows; rows behind the last one stand for it. */
function emitDots(f: FunctionBuilder, target: Target, dots: Dots): Operand<'v128'> {
  const from = f.let(dots.x)
  const at = [f.let(dots.w)]
  for (let r = 1; r < rows; r++) {
    const isThere = op('i32.gt_s', dots.left, i32(r))
    at.push(f.let(plus(at[r - 1]!, times(dots.rowBytes, isThere))))
  }
  const sums = at.map(() => f.let(f32x4(0)))
  const x = f.local('v128')
  f.repeat(op('i32.shr_u', dots.depth, i32(2)), () => {
    f.set(x, load('v128.load', from))
    at.forEach((row, r) => void f.set(sums[r]!, multiplyAdd(target, load('v128.load', row), x, sums[r]!)))
    f.add(from, 16)
    for (const row of at) f.add(row, 16)
  })
  const rest = f.let(op('i32.and', dots.depth, i32(3)))
  f.if(rest, () => {
    // What lies behind a row may be a NaN: it must not meet even a zero.
    const mask = f.let(op('i32x4.lt_s', i32x4(0, 1, 2, 3), op('i32x4.splat', rest)))
    f.set(x, op('v128.and', load('v128.load', from), mask))
    at.forEach((row, r) => {
      const last = op('v128.and', load('v128.load', row), mask)
      f.set(sums[r]!, multiplyAdd(target, last, x, sums[r]!))
    })
  })
  const [a, b, c, d] = turned(f, sums)
  return op('f32x4.add', op('f32x4.add', a!, b!), op('f32x4.add', c!, d!))
}
