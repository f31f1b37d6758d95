/** What the test of a browser runs in its page beside the example: any model of one input, of small numbers. */
import { createSession, tensor } from '@slipway/core'

/** The elements of the model's only output, for an input of two rows. */
export async function runModel(bytes: Uint8Array): Promise<number[]> {
  const session = await createSession(bytes, { threads: 1 })
  const input = tensor('float32', [2, 3], Float32Array.of(1, -2, 3, 0.5, 4, -8))
  const [output] = Object.values(await session.run({ x: input }))
  await session.dispose()
  if (output?.kind !== 'tensor') throw new Error('Cannot run: the model must return a tensor')
  return Array.from(output.data, Number)
}

/** The same of a model that the page's server has. */
export async function runModelAt(url: string): Promise<number[]> {
  return runModel(new Uint8Array(await (await fetch(url)).arrayBuffer()))
}
