/** Compares what an operator's `emit` computes with its reference kernel. */
import type { Tensor } from '../base/tensor.ts'
import { tensorType, type Value } from '../base/value.ts'
import { type AttributesInit, graphBuilder } from '../ir/builder.ts'
import type { AnyOp } from '../ops/define.ts'
import { interpret } from '../reference/interpret.ts'
import { difference, type Tolerance } from './close.ts'
import { runEmit } from './run-calls.ts'
import { testTargets } from './targets.ts'

export interface EmitCheck {
  readonly inputs: readonly (Tensor | undefined)[]
  readonly attrs?: AttributesInit
  readonly outputs?: number
  readonly threads?: number
  readonly tolerance?: Tolerance
  /** Names the case where it fails. */
  readonly label?: string
}

/** Throws where an output differs on one of the targets. */
export function checkEmit(op: AnyOp, check: EmitCheck): void {
  const { inputs, attrs = {}, outputs = 1, threads = 1, label = '' } = check
  const { tolerance = { relative: 1e-5, absolute: 1e-6 } } = check
  const b = graphBuilder({ name: op.name })
  const given = new Map<string, Value>()
  const names = inputs.map((value, i) => {
    if (!value) return undefined
    given.set(`x${i}`, value)
    return b.input(`x${i}`, tensorType(value.dtype, value.shape))
  })
  const results = b.nodes(op.name, names, attrs, { domain: op.domain, outputs })
  const expected = interpret(b.build(results), given)
  for (const target of testTargets()) {
    const got = runEmit(op, inputs, attrs, { target, outputCount: outputs, threads })
    results.forEach((name, i) => {
      const why = difference(got[i]!, expected.get(name)!, tolerance)
      if (why)
        throw new Error(
          `${op.name} ${label} [${inputs.map((x) => x?.shape.join('×'))}] output ${i} (relaxed: ${target.relaxed}): ${why}`,
        )
    })
  }
}
