/** The gradient of what puts maxima back: each gets that of the place where it was put. */
import type { Dim } from '../../base/dim.ts'
import { tensorFact } from '../../ops/fact.ts'
import { maxUnpool, pooledFrom } from '../../ops/max-unpool.ts'
import { defineGradient } from '../rule.ts'
import { knownSize } from '../window-gradient.ts'

export const maxUnpoolGradient = defineGradient(
  maxUnpool,
  ({ b, m, inputs: { X, I, output_shape }, gradients: { output }, attrs }) => {
    const flat = (x: string) => m.reshape(x, [-1])
    const taken = b.node('GatherElements', [flat(output_shape ? corner() : output), flat(I)])
    return { X: m.reshapeLike(taken, X) }
    /** Indices count in the smallest output. */
    function corner(): string {
      const shape = b.shape(X).map((_, axis): Dim => knownSize(b, X, axis))
      const sizes = pooledFrom(tensorFact(b.dtype(X), shape), attrs)!.map(Number)
      return b.node('Slice', [output, m.ints(sizes.map(() => 0)), m.ints(sizes)])
    }
  },
)
