/** A small failing model in a folder, as the ONNX project lays out its tests. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SlipwayError, writeValue } from '@slipway/core'
import type { FailingCase } from '@slipway/core/verify'

/** Writes `model.onnx`, inputs and expected outputs; returns the folder. Throws SLP-C2. */
export async function writeCase(parent: string, failing: FailingCase): Promise<string> {
  const folder = join(parent, failing.name)
  const data = join(folder, 'test_data_set_0')
  const values = [
    ...[...failing.inputs].map(([, value], i) => [`input_${i}.pb`, value] as const),
    ...[...failing.expected].map(([, value], i) => [`output_${i}.pb`, value] as const),
  ]
  try {
    await mkdir(data, { recursive: true })
    await writeFile(join(folder, 'model.onnx'), failing.model)
    for (const [name, value] of values) await writeFile(join(data, name), writeValue(value))
    return folder
  } catch (cause) {
    throw new SlipwayError('SLP-C2', `Cannot write folder "${folder}"`, { cause })
  }
}
