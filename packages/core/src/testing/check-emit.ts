/**
 * Compares what the kernels of an operator compute with its reference kernel: with weights that are constant or not,
 * with an epilogue, on several threads' worth of tasks, and with a look at the bytes around the results.
 */
import { SlipwayError } from '../base/errors.ts'
import type { NumericData, Tensor } from '../base/tensor.ts'
import { tensorType } from '../base/value.ts'
import { type AttributesInit, graphBuilder, toAttributes } from '../ir/builder.ts'
import type { TensorRef } from '../kernel/lower.ts'
import type { Target } from '../kernel/target.ts'
import { parseAttributes } from '../ops/attr.ts'
import type { AnyOp } from '../ops/define.ts'
import { interpret } from '../reference/interpret.ts'
import { emitNode } from '../schedule/emit-node.ts'
import { clamped, clampingEpilogue, residualOf } from './clamping-epilogue.ts'
import { difference, type Tolerance } from './close.ts'
import type { Gen } from './gen.ts'
import { randomCases } from './random-cases.ts'
import { guardByte, type Recorder, recorder } from './run-calls.ts'
import { testTargets } from './targets.ts'

/** A node: its inputs in order, its attributes, and how many outputs it lists. */
export interface EmitCase {
  readonly inputs: readonly (Tensor | undefined)[]
  readonly attrs?: AttributesInit
  readonly outputCount?: number
  /** Numbers of the inputs that are weights. */
  readonly constants?: readonly number[]
  /** The first output goes through `clampingEpilogue` before it is stored; `heavy`: it says that functions are in it. */
  readonly hasEpilogue?: boolean | 'heavy'
  readonly threads?: number
  readonly tolerance?: Tolerance
}

/** All values of `hasEpilogue`. */
export const epilogues = [false, true, 'heavy'] as const

export const exact: Tolerance = { relative: 0, absolute: 0 }
const rounded: Tolerance = { relative: 1e-5, absolute: 1e-6 }
const guardBytes = 64

/** Outputs of the reference kernel. */
export function referenceOutputs(op: AnyOp, { inputs, attrs = {}, outputCount = 1 }: EmitCase): Tensor[] {
  const b = graphBuilder({ name: op.name })
  const given = new Map<string, Tensor>()
  const names = inputs.map((value, i) => {
    if (!value) return undefined
    given.set(`x${i}`, value)
    return b.input(`x${i}`, tensorType(value.dtype, value.shape))
  })
  const outputs = b.nodes(op.name, names, attrs, { domain: op.domain, outputs: outputCount, name: op.name })
  const results = interpret(b.build(outputs), given)
  return outputs.map((name) => results.get(name) as Tensor) // operators with kernels give tensors
}

/** Throws where an output differs from the reference kernel's, exactly unless told, or bytes around it have changed. */
export function checkEmit(op: AnyOp, one: EmitCase, target: Target): void {
  const { inputs, attrs = {}, constants = [], hasEpilogue = false, threads = 1, tolerance = exact } = one
  const [first, ...others] = referenceOutputs(op, one)
  const r = recorder(target)
  const refs = inputs.map((value, i) => value && { ...r.ref(value), isConstant: constants.includes(i) })
  const results = [first!, ...others].map((value) => guarded(r, value))
  const epilogue = hasEpilogue
    ? clampingEpilogue(r.ref(residualOf(first!.shape)), hasEpilogue === 'heavy')
    : undefined
  const attributes = parseAttributes(op.attrs, toAttributes(attrs))
  const outputs = results.map(({ result }) => result)
  const node = { op, inputs: refs, outputs, attrs: attributes }
  const refusal = emitNode(node, { ...r.context, threads, epilogue })
  if (refusal !== undefined) throw new SlipwayError('SLP-O3', `Cannot run ${op.name}: ${refusal}`)
  const expected = [hasEpilogue ? clamped(first!) : first!, ...others]
  const got = r.run([...outputs, ...results.flatMap(({ guards }) => guards)])
  expected.forEach((value, i) => {
    const why = difference(got[i]!, value, tolerance)
    if (why) throw new Error(`output ${i}: ${why}`)
  })
  const around = got.slice(expected.length)
  if (around.some(({ data }) => (data as Uint8Array).some((byte) => byte !== guardByte)))
    throw new Error('bytes around the output were written')
}

/** A result with a margin on both sides. */
function guarded(r: Recorder, { dtype, shape, data }: Tensor): { result: TensorRef; guards: TensorRef[] } {
  const bytes = (data as NumericData).byteLength // kernels give no strings
  const { buffer } = r.context.temp('guarded result', bytes + 2 * guardBytes)
  const part = (offsetBytes: number, size: readonly number[], type = dtype): TensorRef => ({
    dtype: type,
    shape: size,
    at: { buffer, offsetBytes },
    isConstant: false,
  })
  return {
    result: part(guardBytes, shape),
    guards: [part(0, [guardBytes], 'uint8'), part(guardBytes + bytes, [guardBytes], 'uint8')],
  }
}

/** Throws where a kernel and the reference differ on one of the targets by more than rounding, unless told otherwise. */
export function checkOnTargets(op: AnyOp, one: EmitCase): void {
  for (const target of testTargets()) {
    try {
      checkEmit(op, { tolerance: rounded, ...one }, target)
    } catch (error) {
      const how = `${caseText(op, one)}, relaxed ${target.relaxed}`
      throw new Error(`${how}: ${error instanceof Error ? error.message : error}`, { cause: error })
    }
  }
}

/** Compares on random nodes, on every target, on one and on two threads. */
export function checkRandomEmits(
  op: AnyOp,
  make: (g: Gen) => EmitCase,
  { runs = 40, tolerance = exact }: { runs?: number; tolerance?: Tolerance } = {},
): void {
  for (const target of testTargets())
    randomCases(runs, (g, i) => {
      const one = make(g)
      try {
        checkEmit(op, { tolerance, threads: 1 + (i % 2), ...one }, target)
      } catch (error) {
        throw new Error(`${caseText(op, one)}: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        })
      }
    })
}

function caseText({ name }: AnyOp, { inputs, attrs }: EmitCase): string {
  return `${name} of ${inputs.map((x) => x && `${x.dtype}[${x.shape}]`)}, ${JSON.stringify(attrs)}`
}
