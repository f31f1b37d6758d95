import { BinaryReader } from '@bufbuild/protobuf/wire'
import { describe, expect, it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import { linear } from '../layers/linear.ts'
import type { Callback, Logs, Run } from '../loop/callback.ts'
import { sgd } from '../optim/optimizers.ts'
import { crc32c, maskedCrc32c } from './crc32c.ts'
import { earlyStopping } from './early-stopping.ts'
import { eventLog } from './event-file.ts'
import { nanStop } from './nan-stop.ts'
import { progress } from './progress.ts'
import { runLog } from './run-log.ts'

type Place = Omit<Run, 'stopped' | 'stop'> & { stopped: string | undefined; stop(reason: string): void }

function runAt(place: Partial<Run> = {}): Place {
  const model = place.model ?? linear(2, 1).initialize(1)
  const run: Place = {
    model,
    optimizer: sgd(model.parameters()),
    epochs: 3,
    batches: 10,
    epoch: 0,
    batch: 0,
    step: 0,
    examples: 0,
    logs: {},
    history: [],
    ...place,
    stopped: undefined,
    stop(reason) {
      run.stopped = reason
    },
  }
  return run
}

async function epochsOf(
  callback: Callback,
  values: readonly number[],
  from = 0,
): Promise<string | undefined> {
  for (const [i, value] of values.entries()) {
    const run = runAt({ epoch: from + i })
    await callback.onEpochEnd!(run, { val_loss: value })
    if (run.stopped) return `${from + i} ${run.stopped}`
  }
  return undefined
}

describe('early stopping', () => {
  it('waits as many epochs as it is told', async () => {
    const values = [3, 2, 2, 2.5, 1, 1]
    expect(await epochsOf(earlyStopping(), values)).toBe('2 val_loss was best in epoch 2: 2')
    expect(await epochsOf(earlyStopping({ patience: 2 }), values)).toBe(undefined)
    expect(await epochsOf(earlyStopping({ minDelta: 1.5, patience: 1 }), values)).toMatch(/^2 .*epoch 1: 3/)
    expect(await epochsOf(earlyStopping({ mode: 'max' }), values)).toMatch(/^1 /)
    expect(await epochsOf(earlyStopping(), [Number.NaN, 1])).toMatch(/^0 /)
    await expect(epochsOf(earlyStopping({ monitor: 'accuracy' }), [1])).rejects.toThrow(/among val_loss/)
  })

  it('remembers where a run goes on, and gives the best variables back', async () => {
    const model = linear(2, 1).initialize(1)
    const best = await model.stateDict()
    const first = earlyStopping({ patience: 1, restoreBest: true })
    await first.onEpochEnd!(runAt({ model }), { val_loss: 1 })
    const second = earlyStopping({ patience: 1, restoreBest: true })
    second.restore!(first.state!())
    model.initialize(2)
    expect(await epochsOf(second, [2, 2], 1)).toMatch(/^2 .*epoch 1: 1/)
    await second.onTrainEnd!(runAt({ model }), {})
    expect(await model.stateDict()).toEqual(best)
  })
})

describe('NaN stop', () => {
  it('names the loss, the gradient or the variable that was first', async () => {
    const end = (logs: Logs, run = runAt({ epoch: 1, batch: 3, step: 13 })) =>
      nanStop({ everyBatches: 3 }).onTrainBatchEnd!(run, logs)
    await end({ loss: 1 })
    await expect(end({ loss: Number.NaN, size: Number.NaN })).rejects.toThrow(
      /SLP-T5.*got loss NaN in epoch 2, batch 3, step 13/,
    )
    await expect(
      end({ loss: 1, gradientNorm: Number.NaN, 'gradientNorm/fc.weight': Number.POSITIVE_INFINITY }),
    ).rejects.toThrow(/a gradient of "fc.weight" that is Infinity/)
    const model = linear(2, 1).initialize(1)
    model
      .namedVariables()
      .get('weight')!
      .set(tensor('float32', [1, 2], Float32Array.of(1, Number.NaN)))
    await expect(end({ loss: 1 }, runAt({ model, batch: 3 }))).rejects.toThrow(/NaN in "weight" at 1/)
    await end({ loss: 1 }, runAt({ model, batch: 4 }))
  })
})

describe('progress', () => {
  const show = (isTerminal: boolean) => {
    let ms = 0
    const texts: string[] = []
    const bar = progress({
      write: (text) => void texts.push(text),
      isTerminal,
      columns: 90,
      nowMs: () => ms,
      everyMs: 500,
    })
    bar.onEpochBegin!(runAt(), {})
    for (const batch of [1, 2, 3, 4]) {
      ms += 250
      bar.onTrainBatchEnd!(runAt({ batch, examples: batch * 32, logs: { loss: 0.5, accuracy: 0.25 } }), {})
    }
    bar.onEpochEnd!(runAt({ batch: 10, examples: 320 }), { loss: 0.25, val_loss: 1e-5 })
    return texts
  }

  it('writes over one line on a terminal', () => {
    const line = 'epoch 1/3  [======          ]  4/10  loss 0.5000  accuracy 0.2500  128 samples/s  ETA 1.5s'
    expect(show(true).map((text) => text.replace('\u001b[2K', '>'))).toEqual([
      expect.stringMatching(/^\r>epoch 1\/3 {2}\[=== /),
      `\r>${line.slice(0, 89)}`,
      '\r>epoch 1/3  10 batches  loss 0.2500  val_loss 1.00e-5  320 samples/s  1.0s\n',
    ])
  })

  it('writes plain lines elsewhere', () => {
    const texts = show(false)
    expect(texts.length).toBe(3)
    expect(texts[1]).toBe('epoch 1/3  4/10  loss 0.5000  accuracy 0.2500  128 samples/s  ETA 1.5s\n')
  })
})

describe('logs', () => {
  it('are lines of JSON', () => {
    const lines: string[] = []
    let ms = 5
    const log = runLog({ write: (line) => void lines.push(line), everyBatches: 2, nowMs: () => ms })
    log.onTrainBegin!(runAt(), {})
    ms = 1005
    for (const batch of [1, 2]) log.onTrainBatchEnd!(runAt({ batch, step: batch }), { loss: Number.NaN })
    log.onEpochEnd!(runAt({ batch: 2, step: 2 }), { loss: 0.5 })
    log.onTrainEnd!(runAt({ step: 2 }), {})
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'begin', epochs: 3, optimizer: 'SGD', parameters: 3, epoch: 0, step: 0 },
      { event: 'batch', epoch: 1, batch: 2, step: 2, seconds: 1, logs: { loss: 'NaN' } },
      { event: 'epoch', epoch: 1, batch: 2, step: 2, seconds: 1, logs: { loss: 0.5 } },
      { event: 'end', step: 2, seconds: 1, stopped: null },
    ])
  })

  it('are event files that TensorBoard reads', () => {
    // The checksums of RFC 3720, B.4, and of "123456789".
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43)
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283)
    const parts: Uint8Array[] = []
    const log = eventLog({ write: (bytes) => void parts.push(bytes), nowSeconds: () => 1.5 })
    log.onTrainBegin!(runAt(), {})
    log.onTrainBatchEnd!(runAt({ step: 300 }), { loss: 0.5 })
    log.onEpochEnd!(runAt({ epoch: 1 }), { val_loss: 2 })
    expect(parts.map(readEvent)).toEqual([
      { time: 1.5, version: 'brain.Event:2', values: {} },
      { time: 1.5, step: 300, values: { 'batch/loss': 0.5 } },
      { time: 1.5, step: 2, values: { 'epoch/val_loss': 2 } },
    ])
  })
})

interface EventRead {
  time?: number
  step?: number
  version?: string
  readonly values: Record<string, number>
}

function readEvent(bytes: Uint8Array): EventRead {
  const view = new DataView(bytes.buffer)
  const length = Number(view.getBigUint64(0, true))
  expect(bytes.length).toBe(length + 16)
  expect(view.getUint32(8, true)).toBe(maskedCrc32c(bytes.subarray(0, 8)))
  expect(view.getUint32(12 + length, true)).toBe(maskedCrc32c(bytes.subarray(12, 12 + length)))
  const event: EventRead = { values: {} }
  const reader = new BinaryReader(bytes.subarray(12, 12 + length))
  while (reader.pos < reader.len) {
    const [field] = reader.tag()
    if (field === 1) event.time = reader.double()
    else if (field === 2) event.step = Number(reader.int64())
    else if (field === 3) event.version = reader.string()
    else readSummary(reader.bytes(), event.values)
  }
  return event
}

function readSummary(bytes: Uint8Array, values: Record<string, number>): void {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    reader.tag()
    const value = new BinaryReader(reader.bytes())
    value.tag()
    const name = value.string()
    value.tag()
    values[name] = value.float()
  }
}
