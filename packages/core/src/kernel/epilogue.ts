/** Elementwise work that kernels do on their results before they store them. */
import { isHalf } from '../base/dtype.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import { i32, type Operand, op, type ValType } from '../wasm/index.ts'
import { broadcastStrides, collapseAxes } from './broadcast-loop.ts'
import { convert, everyPart, type Formula, formulaKey, input, substitute } from './formula.ts'
import { isLight } from './formula-cost.ts'
import type { ConstantPool } from './formula-emitter.ts'
import type { KernelBuilder, ParamKind, Place } from './kernel.ts'
import type { BoundEpilogue, Epilogue, TensorRef } from './lower.ts'
import { emitScalar } from './scalar-formula.ts'
import { simplifyPowers } from './simplify-powers.ts'
import { bytesOf, loadScalar, loadSplat, loadVector } from './storage.ts'
import { emitVector, isVectorizable } from './vector-formula.ts'

/** An operand and its strides, in elements, along the axes of a view. */
interface Bound {
  readonly ref: TensorRef
  readonly strides: readonly number[]
}

/**
 * The epilogue that computes `formula` of a kernel's result (input 0) and of `extra` tensors (inputs 1 and on), which
 * broadcast to the shape of the output. Kernels give and take float32: half floats are rounded here and stay so wide.
 */
export function makeEpilogue(formula: Formula, extra: readonly TensorRef[], outputShape: Shape): Epilogue {
  const simple = simplifyPowers(overSingle(formula))
  const takesResult = everyPart(simple).every(
    (part) => part.kind !== 'input' || part.index > 0 || part.dtype === 'float32',
  )
  const fits = takesResult && simple.dtype === 'float32' && isVectorizable(simple)
  return {
    bind(view) {
      if (!fits || elementCount(view) !== elementCount(outputShape)) return undefined
      const bound = extra.map((ref) => ({
        ref,
        strides: viewStrides(outputShape, broadcastStrides(ref.shape, outputShape), view),
      }))
      const lies = bound.every(({ strides }) => strides !== undefined && strides.at(-1)! <= 1)
      return lies ? bindOperands(simple, bound as readonly Bound[]) : undefined // none is undefined
    },
  }
}

function overSingle(formula: Formula): Formula {
  const inner = substitute(formula, (index, dtype) =>
    index === 0 && isHalf(dtype) ? convert(input(0, 'float32'), dtype) : input(index, dtype),
  )
  return isHalf(inner.dtype) ? convert(inner, 'float32') : inner
}

/**
 * Strides along the axes of a view of the same elements, or undefined where an axis of the view has no single stride.
 */
export function viewStrides(shape: Shape, strides: readonly number[], view: Shape): number[] | undefined {
  if (elementCount(shape) === 0) return view.map(() => 0)
  const { sizes, strides: joined } = collapseAxes(shape, [strides])
  const axes = sizes.map((size, axis) => ({ size, stride: joined[0]![axis]! }))
  const result: number[] = []
  for (const wanted of [...view].reverse()) {
    if (wanted === 1) {
      result.unshift(0)
      continue
    }
    const { size, stride } = axes.pop()!
    if (size % wanted !== 0) return undefined
    if (size > wanted) axes.push({ size: size / wanted, stride: stride * wanted })
    result.unshift(stride)
  }
  return result
}

const name = (i: number): string => `epilogue${i}`
const strideName = (i: number, axis: number): string => `epilogue${i}_${axis}`

function bindOperands(formula: Formula, operands: readonly Bound[]): BoundEpilogue {
  const params: Record<string, ParamKind> = {}
  const args: Record<string, number | Place> = {}
  operands.forEach(({ ref, strides }, i) => {
    params[name(i)] = 'in'
    args[name(i)] = ref.at
    strides.slice(0, -1).forEach((stride, axis) => {
      if (stride === 0) return
      params[strideName(i, axis)] = 'i32'
      args[strideName(i, axis)] = stride * bytesOf(ref.dtype)
    })
  })
  const structure = operands.map(({ strides }) =>
    strides.map((stride) => (stride === 0 ? '0' : '1')).join(''),
  )
  const moves = operands.map(({ strides }) => strides.at(-1) === 1)
  /** The context that reads each operand at the indices with `read`. */
  const context = <T extends ValType>(
    k: KernelBuilder,
    value: Operand<T>,
    indices: readonly Operand<'i32'>[],
    read: (operand: number, address: Operand<'i32'>) => Operand<T>,
    constants?: ConstantPool,
  ) => {
    const held = [
      k.f.let(value),
      ...operands.map((bound, i) => k.f.let(read(i, addressOf(k, bound, i, indices)))),
    ]
    const pooled = constants && { constants, inlineMath: true }
    return { m: k.m, f: k.f, target: k.target, input: (index: number) => held[index]!, ...pooled }
  }
  return {
    key: `${formulaKey(formula)} [${structure}]`,
    params,
    args,
    isHeavy: !isLight(formula),
    isUniform: operands.length === 0,
    vector: (k, value, indices, constants) =>
      emitVector(
        formula,
        context(
          k,
          value,
          indices,
          (i, address) => (moves[i] ? loadVector : loadSplat)(k.f, operands[i]!.ref.dtype, address),
          constants,
        ),
      ),
    scalar: (k, value, indices) =>
      emitScalar(
        formula,
        context<ValType>(k, value, indices, (i, address) => loadScalar(k.f, operands[i]!.ref.dtype, address)),
      ) as Operand<'f32'>, // the result is float32
  }
}

function addressOf(
  k: KernelBuilder,
  { ref, strides }: Bound,
  i: number,
  indices: readonly Operand<'i32'>[],
): Operand<'i32'> {
  // The names are those of the parameters that bindOperands states.
  const arg = k.arg as (name: string) => Operand<'i32'>
  return strides.reduce<Operand<'i32'>>(
    (address, stride, axis) => {
      if (stride === 0) return address
      const isLast = axis === strides.length - 1
      const step = isLast ? i32(bytesOf(ref.dtype)) : arg(strideName(i, axis))
      return op('i32.add', address, op('i32.mul', indices[axis]!, step))
    },
    arg(name(i)),
  )
}
