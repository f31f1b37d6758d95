/**
 * What the optimisers share. Their variadic input lists all tensors, then all gradients, then each kind of
 * state; the output lists all new tensors, then each kind of new state.
 */
import { type Dim, dimText } from '../../../base/dim.ts'
import { type WideTensor, wideZeros } from '../../../base/wide.ts'
import { type Fact, type TensorFact, tensorFact } from '../../fact.ts'
import { refuse } from '../../refuse.ts'

/** Computes element `i` of `after` (tensor, then states) from `before` (tensor, gradient, then states). */
export type ElementUpdate = (
  before: readonly Float64Array[],
  after: readonly Float64Array[],
  i: number,
) => void

/** The learning rate or the update count, which is one number. */
export function scalarInput({ data }: WideTensor): number {
  return data.length === 1 ? Number(data[0]) : refuse('R and T must hold one number', data.length)
}

/** Types of the outputs, where `parts` inputs belong to each tensor. Throws SLP-O2. */
export function inferStep(inputs: readonly TensorFact[], parts: number): readonly Fact[] {
  const count = inputs.length / parts
  if (!Number.isInteger(count)) refuse(`the number of tensors must be a multiple of ${parts}`, inputs.length)
  for (const [i, input] of inputs.entries()) checkSame(inputs[i % count]!, input)
  return inputs.filter((_, i) => isKept(i, count)).map(({ dtype, shape }) => tensorFact(dtype, shape))
}

/** All but the gradients have a successor. */
const isKept = (index: number, count: number): boolean => index < count || index >= 2 * count

function checkSame(x: TensorFact, other: TensorFact): void {
  if (other.dtype !== x.dtype) refuse(`what belongs to a tensor must have its type, ${x.dtype}`, other.dtype)
  if (!x.shape || !other.shape) return
  if (
    x.shape.length !== other.shape.length ||
    x.shape.some((size, axis) => differs(size, other.shape![axis]))
  ) {
    refuse(
      `what belongs to a tensor must have its shape, [${x.shape.map(dimText)}]`,
      `[${other.shape.map(dimText)}]`,
    )
  }
}

/** The outputs of one step. */
export function runStep(inputs: readonly WideTensor[], parts: number, update: ElementUpdate): WideTensor[] {
  const count = inputs.length / parts
  const outputs = inputs.filter((_, i) => isKept(i, count)).map(({ dtype, shape }) => wideZeros(dtype, shape))
  for (let k = 0; k < count; k++) {
    const belongsToK = (_: unknown, i: number) => i % count === k
    const before = inputs.filter(belongsToK).map(({ data }) => data as Float64Array) // optimisers take floats only
    const after = outputs.filter(belongsToK).map(({ data }) => data as Float64Array) // as above
    for (let i = 0; i < before[0]!.length; i++) update(before, after, i)
  }
  return outputs
}

/** Whether two sizes are known to be different. */
function differs(a: Dim | undefined, b: Dim | undefined): boolean {
  return typeof a === 'number' && typeof b === 'number' && a !== b
}
