/** One picture through the model. */
import { type Session, tensor } from '@slipway/core'
import { side } from './preprocess.ts'

export interface Classification {
  /** What the model was given. */
  readonly input: Float32Array
  readonly probabilities: Float32Array
}

export async function classify(session: Session, input: Float32Array<ArrayBuffer>): Promise<Classification> {
  const given = tensor('float32', [1, 3, side, side], input)
  const results = await session.run(Object.fromEntries(session.inputs.map(({ name }) => [name, given])))
  const [output] = Object.values(results)
  if (output?.kind === 'tensor' && output.data instanceof Float32Array) {
    return { input, probabilities: output.data }
  }
  throw new Error(`Cannot classify: the model must return float32, got ${output?.kind ?? 'nothing'}`)
}
