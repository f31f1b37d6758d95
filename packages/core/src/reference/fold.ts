/** Folds one node whose inputs are known, for inference: its reference kernel on small constants. */
import { SlipwayError } from '../base/errors.ts'
import { defaultLimits } from '../base/limits.ts'
import type { Node } from '../ir/graph.ts'
import { parseAttributes } from '../ops/attr.ts'
import type { InferOptions } from '../ops/infer-graph.ts'
import { randomStream } from '../ops/random.ts'
import { runNode } from './run-node.ts'

/**
 * Work that folding one node may cost, in elements made or in taps of a window. The nodes come from strangers, and
 * computations of shapes need no more.
 */
const mostElements = 4096

/**
 * The `fold` of inferGraph: undefined where the operator refuses its inputs, which running will report, and where
 * its attributes ask for more work than the sizes of its inputs and outputs show.
 */
export const foldNode: NonNullable<InferOptions['fold']> = (op, node, inputs) => {
  if (op.lower.kind === 'kernel' && extent(node) > mostElements) return undefined
  try {
    return runNode(op, node, inputs, {
      attributes: () => parseAttributes(op.attrs, node.attributes),
      wanted: () => true,
      checkCancelled: () => {},
      checkElements: (count) => {
        if (!(count <= mostElements))
          throw new SlipwayError('SLP-L4', `Cannot fold ${op.name}: it is too large`)
      },
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

/** The product of a node's whole attributes: an upper bound for windows, strides and sampling grids. */
function extent({ attributes }: Node): number {
  return [...attributes.values()]
    .flatMap((attribute) =>
      attribute.kind === 'int' ? [attribute.value] : attribute.kind === 'ints' ? attribute.value : [],
    )
    .reduce((product: number, value) => product * Math.max(1, Math.abs(Number(value))), 1)
}
