/** The files in which a stateful model's configuration has the states that sequences start with. */
import type { Tensor } from '@slipway/core'
import { tryDatatypeOfConfig } from '../config/data-type.ts'
import { tensorOfFile } from '../config/warmup-data.ts'
import type { ModelConfig } from '../proto/model_config_pb.ts'

/** Triton's own folder for them. */
const folder = 'initial_state'

/** By their names in the configuration. Throws SLP-R4 for data that do not fit, and what `readFile` throws. */
export async function stateFilesOf(
  { schedulingChoice }: ModelConfig,
  readFile: (path: string) => Promise<Uint8Array>,
): Promise<ReadonlyMap<string, Tensor>> {
  const states = schedulingChoice.case === 'sequenceBatching' ? schedulingChoice.value.state : []
  const initial = states.flatMap(({ initialState }) => initialState)
  const entries = initial.map(async ({ name, dataType, dims, stateData }) => {
    const datatype = tryDatatypeOfConfig(dataType)
    if (stateData.case !== 'dataFile' || !datatype) return undefined
    const bytes = await readFile(`${folder}/${stateData.value}`)
    return [stateData.value, tensorOfFile(name, datatype, dims.map(Number), { bytes, batchSize: 1 })] as const
  })
  return new Map((await Promise.all(entries)).flatMap((entry) => (entry ? [entry] : [])))
}
