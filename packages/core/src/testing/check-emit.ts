/** Compares what the kernels of an operator compute with its reference kernel. */
import type { Tensor } from '../base/tensor.ts'
import { tensorType } from '../base/value.ts'
import { type AttributesInit, graphBuilder } from '../ir/builder.ts'
import type { Target } from '../kernel/target.ts'
import type { AnyOp } from '../ops/define.ts'
import { randomStream } from '../ops/random.ts'
import { interpret } from '../reference/interpret.ts'
import { difference, type Tolerance } from './close.ts'
import { type Gen, generator } from './gen.ts'
import { runEmit } from './run-calls.ts'
import { testTargets } from './targets.ts'

/** A node: its inputs in order, its attributes, and how many outputs it lists. */
export interface EmitCase {
  readonly inputs: readonly (Tensor | undefined)[]
  readonly attrs?: AttributesInit
  readonly outputCount?: number
}

export const exact: Tolerance = { relative: 0, absolute: 0 }

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

/** Throws where a kernel and the reference differ. */
export function checkEmit(
  op: AnyOp,
  one: EmitCase,
  target: Target,
  { tolerance = exact, threads = 1 }: { tolerance?: Tolerance; threads?: number } = {},
): void {
  const { inputs, attrs = {}, outputCount = 1 } = one
  const got = runEmit(op, inputs, attrs, { target, outputCount, threads })
  referenceOutputs(op, one).forEach((expected, i) => {
    const why = difference(got[i]!, expected, tolerance)
    if (why) throw new Error(`output ${i}: ${why}`)
  })
}

/** Compares on random nodes, on every target. */
export function checkRandomEmits(
  op: AnyOp,
  make: (g: Gen) => EmitCase,
  { runs = 40, tolerance = exact }: { runs?: number; tolerance?: Tolerance } = {},
): void {
  const base = Number(process.env['SLIPWAY_SEED'] ?? 1)
  for (const target of testTargets()) {
    for (let i = 0; i < runs; i++) {
      const seed = base * 1000 + i
      const one = make(generator(randomStream(seed)))
      try {
        checkEmit(op, one, target, { tolerance, threads: 1 + (i % 2) })
      } catch (error) {
        const shapes = one.inputs.map((x) => x && `${x.dtype}[${x.shape}]`)
        throw new Error(
          `seed ${seed}, ${shapes}, ${JSON.stringify(one.attrs)}: ${error instanceof Error ? error.message : error}`,
          {
            cause: error,
          },
        )
      }
    }
  }
}
