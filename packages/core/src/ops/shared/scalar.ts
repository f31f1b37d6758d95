/** The check of inputs that must be scalars. */
import { productOfDims } from '../../base/dim.ts'
import { typeText } from '../../base/value.ts'
import type { TensorFact } from '../fact.ts'
import { refuse } from '../refuse.ts'

/**
 * Throws SLP-O2 where a given input is known not to hold exactly one element. Any rank will do, because exporters
 * write scalars of shape [1] too.
 */
export function checkScalar(name: string, fact: TensorFact | undefined): void {
  const count = fact?.shape && productOfDims(fact.shape)
  if (typeof count === 'number' && count !== 1) refuse(`${name} must be a scalar`, typeText(fact!.type))
}
