/**
 * Compares what an operator's `emit` computes with its reference kernel: with weights that are constant or not, with an
 * epilogue, on several threads' worth of tasks, and with a look at the bytes around the result.
 */
import { SlipwayError } from '../base/errors.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import { type Tensor, tensor } from '../base/tensor.ts'
import { type AttributesInit, graphBuilder, toAttributes } from '../ir/builder.ts'
import type { BoundEpilogue, Epilogue, TensorRef } from '../kernel/lower.ts'
import type { Target } from '../kernel/target.ts'
import { arrange } from '../ops/arrange.ts'
import { parseAttributes } from '../ops/attr.ts'
import type { AnyOp } from '../ops/define.ts'
import type { Params, RefArgs } from '../ops/param.ts'
import { randomStream } from '../ops/random.ts'
import { interpret } from '../reference/interpret.ts'
import { f32, i32, op as instruction, load } from '../wasm/index.ts'
import { difference, type Tolerance } from './close.ts'
import { type Gen, generator } from './gen.ts'
import { type Recorder, recorder } from './run-calls.ts'

export interface EmitCase {
  readonly inputs: readonly (Tensor | undefined)[]
  readonly attrs?: AttributesInit
  /** Numbers of the inputs that are weights. */
  readonly constants?: readonly number[]
  /** Adds a tensor like the output and takes the maximum of that and 0; `heavy`: says that functions are in it. */
  readonly hasEpilogue?: boolean | 'heavy'
  readonly threads?: number
  readonly tolerance?: Tolerance
}

/** All values of `hasEpilogue`. */
export const epilogues = [false, true, 'heavy'] as const

const guard = 64

/** Tries `make` on fresh random numbers, and says which seed failed. */
export function randomCases(times: number, make: (g: Gen) => void): void {
  const seed = Number(process.env['SLIPWAY_SEED'] ?? 1)
  for (let i = 0; i < times; i++) {
    const at = seed * 1000 + i
    try {
      make(generator(randomStream(at)))
    } catch (error) {
      throw new Error(`seed ${at}: ${error instanceof Error ? error.message : error}`, { cause: error })
    }
  }
}

/** A float tensor whose sums and products are exact, so that their order does not matter; some NaN and infinities. */
export function exactTensor(g: Gen, shape: Shape, isOdd = false): Tensor {
  const data = Float32Array.from({ length: elementCount(shape) }, () => g.int(-8, 8) / 4)
  if (isOdd && data.length > 0) {
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      data[g.int(0, data.length - 1)] = odd
  }
  return tensor('float32', shape, data)
}

/** Throws where the first output differs from the reference kernel's, or bytes around it have changed. */
export function checkEmit(op: AnyOp, one: EmitCase, target: Target): void {
  const { inputs, attrs = {}, constants = [], threads = 1, tolerance = { relative: 0, absolute: 0 } } = one
  const expected = referenceResult(op, inputs, attrs)
  const r = recorder(target)
  const residual = tensor(
    'float32',
    expected.shape,
    Float32Array.from({ length: elementCount(expected.shape) }, (_, i) => (i % 7) / 4),
  )
  const epilogue = one.hasEpilogue ? addThenClamp(r.ref(residual), one.hasEpilogue === 'heavy') : undefined
  const refs = inputs.map((value, i) => value && { ...r.ref(value), isConstant: constants.includes(i) })
  const { result, guards } = guarded(r, expected)
  emit(op, refs, result, attrs, { ...r, context: { ...r.context, threads, epilogue } })
  const [got, ...around] = r.run([result, ...guards])
  const wanted = one.hasEpilogue ? clamped(expected, residual) : expected
  const why = difference(got!, wanted, tolerance)
  if (why) throw new Error(why)
  if (around.some(({ data }) => data.some((byte) => byte !== 0xa5)))
    throw new Error('bytes around the output were written')
}

function emit(
  op: AnyOp,
  refs: readonly (TensorRef | undefined)[],
  result: TensorRef,
  attrs: AttributesInit,
  { context }: Recorder,
): void {
  const { lower } = op
  if (!('emit' in lower) || !lower.emit) throw new SlipwayError('SLP-O3', `Cannot run ${op.name}: no emit`)
  const refusal = lower.emit(
    arrange(op.inputs, refs, 'input') as RefArgs<Params>, // arranged by the operator's own parameters
    arrange(op.outputs, [result], 'output') as RefArgs<Params>, // as above
    parseAttributes(op.attrs, toAttributes(attrs)),
    context,
  )
  if (refusal !== undefined) throw new SlipwayError('SLP-O3', `Cannot run ${op.name}: ${refusal}`)
}

function referenceResult(op: AnyOp, inputs: readonly (Tensor | undefined)[], attrs: AttributesInit): Tensor {
  const b = graphBuilder({ name: op.name })
  const values = new Map<string, Tensor>()
  const names = inputs.map((value, i) => {
    if (!value) return undefined
    values.set(`x${i}`, value)
    return b.input(`x${i}`, { kind: 'tensor', dtype: value.dtype, shape: value.shape })
  })
  const [output] = b.nodes(op.name, names, attrs, { domain: op.domain, outputs: 1, name: op.name })
  const value = interpret(b.build([output!]), values).get(output!)
  if (value?.kind !== 'tensor') throw new Error('the reference gave no tensor')
  return value
}

/** A result with a margin on both sides. */
function guarded(r: Recorder, { dtype, shape, data }: Tensor): { result: TensorRef; guards: TensorRef[] } {
  const bytes = (data as Float32Array).byteLength // kernels give no strings
  const { buffer } = r.context.temp('guarded result', bytes + 2 * guard)
  const part = (offsetBytes: number, size: readonly number[], type = dtype): TensorRef => ({
    dtype: type,
    shape: size,
    at: { buffer, offsetBytes },
    isConstant: false,
  })
  return {
    result: part(guard, shape),
    guards: [part(0, [guard], 'uint8'), part(guard + bytes, [guard], 'uint8')],
  }
}

/** An epilogue that needs its indices right: adds a tensor of the output's shape, then clamps at 0; NaN becomes 0. */
function addThenClamp(residual: TensorRef, isHeavy: boolean): Epilogue {
  return {
    bind(view) {
      const index = (indices: readonly { readonly type: 'i32' }[]) =>
        indices.reduce<typeof zero>(
          (sum, at, axis) =>
            instruction('i32.add', instruction('i32.mul', sum, i32(view[axis]!)), at as typeof zero), // an operand
          zero,
        )
      const zero = i32(0)
      const bound: BoundEpilogue = {
        key: `add-then-clamp:${view.join('x')}:${isHeavy}`,
        isHeavy,
        params: { epilogueAdded: 'in' },
        args: { epilogueAdded: residual.at },
        vector(k, value, indices) {
          const at = instruction('i32.shl', index(indices), i32(2))
          const added = load('v128.load', instruction('i32.add', k.arg('epilogueAdded' as never), at)) // of the kernel's parameters
          return instruction(
            'f32x4.pmax',
            instruction('f32x4.splat', f32(0)),
            instruction('f32x4.add', value, added),
          )
        },
        scalar(k, value, indices) {
          const at = instruction('i32.shl', index(indices), i32(2))
          const added = load('f32.load', instruction('i32.add', k.arg('epilogueAdded' as never), at)) // as above
          return instruction('f32.max', f32(0), instruction('f32.add', value, added))
        },
      }
      return elementCount(view) === elementCount(residual.shape) ? bound : undefined
    },
  }
}

function clamped(x: Tensor, residual: Tensor): Tensor {
  const [left, right] = [x.data as Float32Array, residual.data as Float32Array] // both are float32
  return tensor(
    'float32',
    x.shape,
    left.map((value, i) => (value + right[i]! > 0 ? value + right[i]! : 0)),
  )
}
