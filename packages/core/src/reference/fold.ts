/** Folds one node whose inputs are known, for inference: its reference kernel on small constants. */
import { SlipwayError } from '../base/errors.ts'
import { defaultLimits } from '../base/limits.ts'
import { parseAttributes } from '../ops/attr.ts'
import type { InferOptions } from '../ops/infer-graph.ts'
import { randomStream } from '../ops/random.ts'
import { runNode } from './run-node.ts'

/** The `fold` of inferGraph: undefined where the operator refuses its inputs, which running will report. */
export const foldNode: NonNullable<InferOptions['fold']> = (op, node, inputs) => {
  try {
    return runNode(op, node, inputs, {
      attributes: () => parseAttributes(op.attrs, node.attributes),
      wanted: () => true,
      checkCancelled: () => {},
      checkElements: () => {},
      maxLoopIterations: defaultLimits.loopIterations,
      random: (seed) => randomStream(seed ?? 0),
      // Control flow and decompositions are not folded here: their bodies are inferred instead.
      runGraph: () => {
        throw new SlipwayError('SLP-O3', `Cannot fold ${op.name}: it runs other operators`)
      },
      inferGraph: () => [],
    })
  } catch (error) {
    if (error instanceof SlipwayError) return undefined
    throw error
  }
}
