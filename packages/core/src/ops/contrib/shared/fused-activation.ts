/** The activations that onnxruntime's optimizer puts into the operator before them. */
import type { DType } from '../../../base/dtype.ts'
import { float, type GraphBuilder } from '../../../ir/builder.ts'
import { refuse } from '../../refuse.ts'

/** Parameters of each in the order in which they are given, with their attribute names; Clip takes inputs instead. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  Relu: [],
  Tanh: [],
  Sigmoid: [],
  LeakyRelu: ['alpha'],
  HardSigmoid: ['alpha', 'beta'],
  Clip: ['min', 'max'],
}

/** Throws SLP-O2 for an activation that is not known or lacks a parameter. */
export function checkActivation(name: string | undefined, values: readonly (number | undefined)[]): void {
  if (name === undefined || name === '') return
  const wanted = Object.hasOwn(parameters, name) ? parameters[name]! : undefined
  if (!wanted) refuse(`activation must be one of ${Object.keys(parameters).join(', ')}`, name)
  else if (wanted.some((_, i) => values[i] === undefined)) {
    refuse(`${name} must have the parameters ${wanted.join(' and ')}`, values.length)
  }
}

/** The activation of a tensor of floats. */
export function activate(
  b: GraphBuilder,
  { x, dtype }: { readonly x: string; readonly dtype: DType },
  name: string | undefined,
  values: readonly (number | undefined)[],
): string {
  if (name === undefined || name === '') return x
  const list = parameters[name]!.map((_, i) => values[i]!)
  if (name === 'Clip') return b.node('Clip', [x, ...list.map((value) => b.literal(dtype, value))])
  const named = parameters[name]!.map((key, i) => [key, float(list[i]!)] as const)
  return b.node(name, [x], Object.fromEntries(named))
}
