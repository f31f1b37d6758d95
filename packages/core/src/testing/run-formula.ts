/** Runs an elementwise formula by itself, without scheduler and engine. */
import type { Shape } from '../base/shape.ts'
import { broadcastShapes } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { lowerElementwise } from '../kernel/elementwise.ts'
import type { Formula } from '../kernel/formula.ts'
import type { Target } from '../kernel/target.ts'
import { recorder } from './run-calls.ts'

/** The formula of the inputs; throws where no kernel computes it. */
export function runFormula(
  formula: Formula,
  inputs: readonly Tensor[],
  target: Target,
  shape: Shape = broadcastShapes(...inputs.map((one) => one.shape)),
  threads = 1,
): Tensor {
  const r = recorder(target, threads)
  const output = r.result(formula.dtype, shape)
  const refusal = lowerElementwise(
    r.context,
    formula,
    inputs.map((value) => r.ref(value)),
    output,
  )
  if (refusal !== undefined) throw new Error(`refused: ${refusal}`)
  return r.run([output])[0]!
}
