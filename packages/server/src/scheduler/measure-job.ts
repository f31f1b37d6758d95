/** What a batch needs to know of a job: how many elements it brings, and with which other jobs it may run. */
import type { Tensor } from '@slipway/core'
import { misfit } from './refusals.ts'

type Inputs = ReadonlyMap<string, Tensor>

/**
 * Elements of the batch dimension; 1 where the model has none.
 *
 * @throws SLP-R4 where inputs disagree about it, have none, or bring more than a batch holds.
 */
export function elementsOf(model: string, inputs: Inputs, maxBatchSize: number): number {
  if (maxBatchSize === 0) return 1
  let elements: number | undefined
  for (const [name, { shape }] of inputs) {
    const size = shape[0]
    if (size === undefined) throw misfit(model, `input "${name}" must have a batch dimension`, '[]')
    if (size > maxBatchSize) throw misfit(model, `its batch size must be at most ${maxBatchSize}`, `${size}`)
    if (elements !== undefined && size !== elements) {
      const rule = `all inputs must have the same batch size, ${elements}`
      throw misfit(model, rule, `${size} for "${name}"`)
    }
    elements = size
  }
  return elements ?? 1
}

/** Equal for jobs whose inputs differ in the first size only. */
export function shapeKeyOf(inputs: Inputs): string {
  const keys: string[] = []
  for (const [name, tensor] of inputs) keys.push(keyOf(name, tensor))
  return keys.length === 1 ? keys[0]! : keys.sort().join(';')
}

function keyOf(name: string, { dtype, shape }: Tensor): string {
  let key = `${name}:${dtype}`
  for (let axis = 1; axis < shape.length; axis++) key += `,${shape[axis]}`
  return key
}
