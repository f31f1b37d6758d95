/** Local response normalisation, for the exponents that square roots compute. */
import { elementCount } from '../../base/shape.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { forVectors } from '../../kernel/spatial/row-vectors.ts'
import {
  type FunctionBuilder,
  f32x4,
  i32,
  type Local,
  load,
  type Operand,
  op,
  select,
} from '../../wasm/index.ts'
import { emitPlanes, planeParams, planeTasks } from './plane-tasks.ts'

export interface LrnAttrs {
  readonly size: number
  readonly alpha: number
  readonly beta: number
  readonly bias: number
}

const params = {
  x: 'in',
  y: 'out',
  channels: 'i32',
  inner: 'i32',
  below: 'i32',
  above: 'i32',
  factor: 'f32',
  bias: 'f32',
  ...planeParams,
} as const

/** Powers of a positive base by exponent. */
const powers: Readonly<Record<number, (f: FunctionBuilder, base: Operand<'v128'>) => Operand<'v128'>>> = {
  0.5: (_, base) => op('f32x4.sqrt', base),
  0.75: (f, base) => {
    const root = f.let(op('f32x4.sqrt', base))
    return op('f32x4.mul', root, op('f32x4.sqrt', root))
  },
  1: (_, base) => base,
}

/** Lowers LRN. */
export function lowerLrn(X: TensorRef, Y: TensorRef, attrs: LrnAttrs, context: LowerContext): Refusal {
  const { size, alpha, beta, bias } = attrs
  if (X.dtype !== 'float32') return `dtype ${X.dtype}`
  const power = powers[beta]
  if (!power) return `beta ${beta}`
  if (elementCount(X.shape) === 0) return undefined
  const inner = elementCount(X.shape.slice(2))
  const { args, tasks } = planeTasks(X.shape[0]! * X.shape[1]!, size * inner, context)
  context.call(
    lrnKernel(beta, power),
    {
      x: X.at,
      y: Y.at,
      channels: X.shape[1]!,
      inner,
      // An even size reaches one channel further up than down.
      below: Math.floor((size - 1) / 2),
      above: Math.ceil((size - 1) / 2),
      factor: alpha / size,
      bias,
      ...args,
    },
    tasks,
  )
  return undefined
}

function lrnKernel(beta: number, power: (typeof powers)[number]): Kernel<typeof params> {
  return defineKernel({
    key: `lrn:${beta}`,
    params,
    emit(k: KernelBuilder<typeof params>) {
      const { f, arg } = k
      const planeBytes = f.let(op('i32.shl', arg('inner'), i32(2)))
      const factor = f.let(op('f32x4.splat', arg('factor')))
      const bias = f.let(op('f32x4.splat', arg('bias')))
      emitPlanes(k, (plane) => {
        const channel = f.let(op('i32.rem_u', plane, arg('channels')))
        const down = least(f, channel, arg('below'))
        const up = least(f, op('i32.sub', op('i32.sub', arg('channels'), channel), i32(1)), arg('above'))
        const start = f.let(op('i32.mul', plane, planeBytes))
        const own = f.let(op('i32.add', arg('x'), start))
        const lowest = f.let(op('i32.sub', own, op('i32.mul', down, planeBytes)))
        const count = f.let(op('i32.add', op('i32.add', down, up), i32(1)))
        const to = f.let(op('i32.add', arg('y'), start))
        forVectors(f, arg('inner'), (x, store) => {
          const sum = f.let(f32x4(0))
          const at = f.let(op('i32.add', lowest, x))
          f.repeat(count, () => {
            const value = f.let(load('v128.load', at))
            f.set(sum, op('f32x4.add', sum, op('f32x4.mul', value, value)))
            f.add(at, planeBytes)
          })
          const base = f.let(op('f32x4.add', bias, op('f32x4.mul', factor, sum)))
          const value = load('v128.load', op('i32.add', own, x))
          store(op('i32.add', to, x), op('f32x4.div', value, power(f, base)))
        })
      })
    },
  })
}

function least(f: FunctionBuilder, a: Operand<'i32'>, b: Operand<'i32'>): Local<'i32'> {
  const [x, y] = [f.let(a), f.let(b)]
  return f.let(select(x, y, op('i32.lt_s', x, y)))
}
