/** A real stateful model. It lies outside the project; where the folder is missing, the test is skipped. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { create } from '@bufbuild/protobuf'
import { createSession, type Tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { DataType, ModelConfigSchema } from '../proto/model_config_pb.ts'
import { jobOf } from '../testing/scheduler-bench.ts'
import { sessionExecutor } from '../testing/session-executor.ts'
import { direct, oldest } from '../testing/stateful.ts'
import { createScheduler } from './create-scheduler.ts'

const folder = fileURLToPath(new URL('../../../../../shared/models/silero_vad', import.meta.url))
const present = existsSync(folder)
if (!present)
  console.log('the test of speech in sequences is skipped: ../shared/models/silero_vad is missing')

const chunkSize = 512
const chunks = 12
const headerBytes = 44

/** Chunks of 16-bit speech from a place in the recording. */
function speech(from: number): Float32Array[] {
  const bytes = readFileSync(join(folder, 'test.wav')).subarray(headerBytes)
  return Array.from({ length: chunks }, (_, chunk) =>
    Float32Array.from(
      { length: chunkSize },
      (_, i) => bytes.readInt16LE(2 * (from + chunk * chunkSize + i)) / 32768,
    ),
  )
}

const inputs = (chunk: Float32Array): Map<string, Tensor> =>
  new Map<string, Tensor>([
    ['input', { kind: 'tensor', dtype: 'float32', shape: [1, chunkSize], data: Float32Array.from(chunk) }],
    ['sr', { kind: 'tensor', dtype: 'int64', shape: [], data: BigInt64Array.of(16000n) }],
  ])

describe.skipIf(!present)('speech in chunks', () => {
  it.each([
    ['direct', direct()],
    ['oldest', oldest(2)],
  ])('gives what a session fed by hand gives, %s', async (_, strategy) => {
    const model = readFileSync(join(folder, 'silero_vad_16k_op15.onnx'))
    const speeches = [speech(0), speech(40_000), speech(200_000)]

    await using session = await createSession(model)
    const byHand: number[][] = []
    for (const one of speeches) {
      const probabilities: number[] = []
      let state: Tensor = {
        kind: 'tensor',
        dtype: 'float32',
        shape: [2, 1, 128],
        data: new Float32Array(256),
      }
      for (const chunk of one) {
        const { output, stateN } = await session.run(new Map([...inputs(chunk), ['state', state]]))
        probabilities.push(((output as Tensor).data as Float32Array)[0]!)
        state = stateN as Tensor // as the model declares
      }
      byHand.push(probabilities)
    }

    await using executor = await sessionExecutor(model)
    const state = [
      { inputName: 'state', outputName: 'stateN', dataType: DataType.TYPE_FP32, dims: [2n, 1n, 128n] },
    ]
    const config = create(ModelConfigSchema, {
      name: 'vad',
      schedulingChoice: { case: 'sequenceBatching', value: { state, ...strategy } },
    })
    const scheduler = createScheduler({
      model: 'vad',
      version: '1',
      config,
      inputs: [],
      outputs: [],
      executor,
      observe: () => {},
    })
    const submit = async (id: number, i: number) => {
      const parameters = { sequence_id: id + 1, sequence_start: i === 0, sequence_end: i === chunks - 1 }
      const job = jobOf([], { inputs: inputs(speeches[id]![i]!), outputs: ['output'], parameters })
      const { outputs } = await scheduler.submit(job)
      return (outputs.get('output')!.data as Float32Array)[0]!
    }
    const scheduled = await Promise.all(
      speeches.map((one, id) => Promise.all(one.map((_, i) => submit(id, i)))),
    )
    expect(scheduled).toEqual(byHand)
    expect(new Set(byHand.flat()).size).toBeGreaterThan(chunks)
  })
})
