/** The kernel of elementwise work of any number of inputs: a loop over rows, and along them four elements at a time. */
import { elementCount } from '../base/shape.ts'
import { i32, type Local, type Operand, op, select } from '../wasm/index.ts'
import { broadcastStrides, collapseAxes, type LoopNest } from './broadcast-loop.ts'
import { whyNotComputable } from './computable.ts'
import { emitRow, type RowInput } from './elementwise-row.ts'
import { everyPart, type Formula, formulaKey, substitute } from './formula.ts'
import { elementCost, elementsPerTask } from './formula-cost.ts'
import { constantPool } from './formula-emitter.ts'
import { defineKernel, type Kernel, type KernelBuilder, type ParamKind, type Place } from './kernel.ts'
import type { LowerContext, Refusal, TensorRef } from './lower.ts'
import { simplifyPowers } from './simplify-powers.ts'
import { bytesOf } from './storage.ts'

/** The structure that code depends on; sizes and strides are parameters. */
interface Plan {
  readonly formula: Formula
  readonly inputs: readonly RowInput[]
  /** Axes around the innermost one. */
  readonly outer: number
}

/** Adds the call that computes `formula` of the inputs, which broadcast to the shape of the output. */
export function lowerElementwise(
  context: LowerContext,
  formula: Formula,
  inputs: readonly TensorRef[],
  output: TensorRef,
): Refusal {
  const simple = simplifyPowers(withExponents(formula, inputs))
  const refusal = whyNotComputable(simple)
  if (refusal !== undefined) return refusal
  const total = elementCount(output.shape)
  if (total === 0) return undefined
  const used = inputs.flatMap((ref, index) => (readsInput(simple, index) ? [{ ref, index }] : []))
  const nest = collapseAxes(
    output.shape,
    [output, ...used.map(({ ref }) => ref)].map(({ shape }) => broadcastStrides(shape, output.shape)),
  )
  const plan: Plan = {
    formula: simple,
    outer: nest.sizes.length - 1,
    inputs: used.map(({ ref: { dtype, shape }, index }, i) => ({
      index,
      dtype,
      step: nest.strides[i + 1]!.at(-1) === 0 ? 0 : 1,
      // A tensor of one element has the stride 0, and is the whole output where that has one element too.
      whole: elementCount(shape) === total && total > 1,
    })),
  }
  addCall(context, plan, nest, [output, ...used.map(({ ref }) => ref)])
  return undefined
}

const readsInput = (formula: Formula, index: number): boolean =>
  everyPart(formula).some((part) => part.kind === 'input' && part.index === index)

/** Exponents that are known become constants, since most of them are 2 or ½. */
function withExponents(formula: Formula, inputs: readonly TensorRef[]): Formula {
  const exponents = everyPart(formula).flatMap((part) =>
    part.kind === 'binary' && part.operation === 'pow' ? everyPart(part.b) : [],
  )
  return substitute(formula, (index, dtype) => {
    const known = inputs[index]!.constant
    const isExponent = exponents.some((part) => part.kind === 'input' && part.index === index)
    const value =
      isExponent && known && elementCount(known.shape) === 1 && isPlain(dtype) ? known.data[0] : undefined
    return value === undefined || typeof value === 'string'
      ? { kind: 'input', index, dtype }
      : { kind: 'constant', value, dtype }
  })
}

/** True for dtypes whose arrays hold the numbers themselves. */
const isPlain = (dtype: TensorRef['dtype']): boolean => dtype !== 'float16' && dtype !== 'bfloat16'

function addCall(
  context: LowerContext,
  plan: Plan,
  { sizes, strides }: LoopNest,
  refs: readonly TensorRef[],
): void {
  const n = sizes.at(-1)!
  const rows = sizes.slice(0, -1).reduce((product, size) => product * size, 1)
  const wanted = elementsPerTask(n * rows, elementCost(plan.formula), context.threads)
  // Chunks end where vectors do, and where lines of the cache do.
  const chunk = wanted < n ? Math.ceil(wanted / 64) * 64 : n
  const chunks = Math.ceil(n / chunk)
  const pieces = rows * chunks
  const perTask = Math.max(1, Math.floor(wanted / chunk))
  const args: Record<string, number | Place> = { n, chunk, chunks, pieces, perTask }
  refs.forEach((ref, i) => {
    args[name(i)] = ref.at
    for (let axis = 0; axis < plan.outer; axis++)
      args[strideName(i, axis)] = strides[i]![axis]! * bytesOf(ref.dtype)
  })
  for (let axis = 0; axis < plan.outer; axis++) args[`size${axis}`] = sizes[axis]!
  context.call(elementwiseKernel(plan), args, Math.ceil(pieces / perTask))
}

const name = (i: number): string => (i === 0 ? 'out' : `in${i - 1}`)
const strideName = (i: number, axis: number): string => `${name(i)}_${axis}`

function elementwiseKernel(plan: Plan): Kernel {
  const { formula, inputs, outer } = plan
  const params: Record<string, ParamKind> = {
    n: 'i32',
    chunk: 'i32',
    chunks: 'i32',
    pieces: 'i32',
    perTask: 'i32',
  }
  for (let i = 0; i <= inputs.length; i++) {
    params[name(i)] = i === 0 ? 'out' : 'in'
    for (let axis = 0; axis < outer; axis++) params[strideName(i, axis)] = 'i32'
  }
  for (let axis = 0; axis < outer; axis++) params[`size${axis}`] = 'i32'
  const steps = inputs.map(({ index, step }) => `${index}${step ? '' : '*'}`)
  const inplace = inputs.flatMap(({ whole, dtype }, i) =>
    whole && bytesOf(dtype) === bytesOf(formula.dtype) ? [[name(i + 1), 'out'] as const] : [],
  )
  return defineKernel({
    key: `elementwise ${formulaKey(formula)} [${steps}] ${outer}`,
    params,
    inplace,
    emit: (k) => emitKernel(k, plan),
  })
}

/** Walks the pieces of a task: a piece is a chunk of a row. */
function emitKernel(k: KernelBuilder, { formula, inputs, outer }: Plan): void {
  const { f, task } = k
  const constants = constantPool(f)
  const [n, chunk, chunks] = [f.let(k.arg('n')), f.let(k.arg('chunk')), f.let(k.arg('chunks'))]
  const first = f.let(op('i32.mul', task, k.arg('perTask')))
  const last = f.let(op('i32.add', first, k.arg('perTask')))
  const end = f.let(smaller(last, f.let(k.arg('pieces'))))
  const row = f.let(op('i32.div_u', first, chunks))
  const at = f.let(op('i32.rem_u', first, chunks))
  const pointers = [...inputs.keys(), inputs.length].map((i) => f.let(k.arg(name(i))))
  const indices = startAt(k, row, pointers, outer)
  f.repeat(op('i32.sub', end, first), () => {
    const start = f.let(op('i32.mul', at, chunk))
    const count = f.let(smaller(f.let(op('i32.sub', n, start)), chunk))
    emitRow(k, formula, inputs, pointers, start, count, constants)
    f.add(at, 1)
    f.if(op('i32.eq', at, chunks), () => {
      f.set(at, i32(0))
      nextRow(k, indices, pointers, outer - 1)
    })
  })
}

const smaller = (a: Local<'i32'>, b: Local<'i32'>): Operand<'i32'> => select(a, b, op('i32.lt_s', a, b))

/** Moves the pointers to a row, and gives its index along each outer axis. */
function startAt(
  { f, arg }: KernelBuilder,
  row: Local<'i32'>,
  pointers: readonly Local<'i32'>[],
  outer: number,
): readonly Local<'i32'>[] {
  const indices: Local<'i32'>[] = []
  for (let axis = outer - 1; axis >= 0; axis--) {
    const size = f.let(arg(`size${axis}`))
    const index = f.let(axis === 0 ? row : op('i32.rem_u', row, size))
    if (axis > 0) f.set(row, op('i32.div_u', row, size))
    pointers.forEach((pointer, i) => {
      f.add(pointer, op('i32.mul', index, arg(strideName(i, axis))))
    })
    indices.unshift(index)
  }
  return indices
}

/** Steps along an outer axis, and along the one around it where that is at its end. */
function nextRow(
  k: KernelBuilder,
  indices: readonly Local<'i32'>[],
  pointers: readonly Local<'i32'>[],
  axis: number,
): void {
  if (axis < 0) return
  const { f, arg } = k
  const index = indices[axis]!
  f.add(index, 1)
  pointers.forEach((pointer, i) => {
    f.add(pointer, arg(strideName(i, axis)))
  })
  if (axis === 0) return
  f.if(op('i32.eq', index, arg(`size${axis}`)), () => {
    pointers.forEach((pointer, i) => {
      f.set(pointer, op('i32.sub', pointer, op('i32.mul', index, arg(strideName(i, axis)))))
    })
    f.set(index, i32(0))
    nextRow(k, indices, pointers, axis - 1)
  })
}
