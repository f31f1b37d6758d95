/** One version of one model, open and described in the protocol's terms. */
import { createSession, type Session, type SessionOptions, SlipwayError } from '@slipway/core'
import { readOnnxFile } from '@slipway/core/node'
import { type ServedTensor, servedTensors, tryServe } from '../oip/served-tensor.ts'
import type { FoundVersion } from './scan.ts'

export interface ServedModel {
  readonly name: string
  readonly version: string
  readonly session: Session
  readonly inputs: readonly ServedTensor[]
  /** Outputs that the protocol can carry; sequences and maps are left out. */
  readonly outputs: readonly ServedTensor[]
}

/** Opens a version. Throws what reading and preparing throw, and SLP-R8 for inputs that the protocol cannot carry. */
export async function openModel(
  name: string,
  { version, path }: FoundVersion,
  options: SessionOptions,
): Promise<ServedModel> {
  const { read = {}, limits } = options
  const graph = readOnnxFile(path, { ...read, ...(limits && { limits }) })
  const session = await createSession(graph, options)
  try {
    for (const { name: input, type } of session.inputs) {
      if (tryServe(input, type)) continue
      throw new SlipwayError(
        'SLP-R8',
        `Cannot serve model: its inputs must be tensors of a served type, got "${input}"`,
      )
    }
    const inputs = servedTensors(session.inputs)
    return { name, version, session, inputs, outputs: servedTensors(session.outputs) }
  } catch (error) {
    await session.dispose()
    throw error
  }
}
