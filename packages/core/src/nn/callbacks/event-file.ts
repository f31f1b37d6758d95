/**
 * The event files of TensorBoard: records of Event messages (tensorflow/core/util/event.proto), framed as TFRecord: the
 * length, its checksum, the data, theirs.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { platform } from '#platform'
import type { Callback, Logs } from '../loop/callback.ts'
import { maskedCrc32c } from './crc32c.ts'

/** What a file begins with. */
export function versionEvent(seconds: number): Uint8Array {
  return record(eventAt(seconds).tag(3, WireType.LengthDelimited).string('brain.Event:2').finish())
}

/** Numbers of one step. */
export function scalarsEvent(seconds: number, step: number, values: Logs): Uint8Array {
  const summary = new BinaryWriter()
  for (const [name, value] of Object.entries(values)) {
    summary.tag(1, WireType.LengthDelimited).fork()
    summary.tag(1, WireType.LengthDelimited).string(name)
    summary.tag(2, WireType.Bit32).float(value)
    summary.join()
  }
  const event = eventAt(seconds).tag(2, WireType.Varint).int64(step)
  return record(event.tag(5, WireType.LengthDelimited).bytes(summary.finish()).finish())
}

const eventAt = (seconds: number) => new BinaryWriter().tag(1, WireType.Bit64).double(seconds)

function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + data.length)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true)
  bytes.set(data, 12)
  view.setUint32(12 + data.length, maskedCrc32c(data), true)
  return bytes
}

export interface EventLogOptions {
  readonly write: (bytes: Uint8Array) => void
  /** Steps between two records of batches; 1 unless given. */
  readonly everySteps?: number
  /** Seconds that records carry: of the clock in files for TensorBoard, since any moment elsewhere. */
  readonly nowSeconds?: () => number
}

/** Logs batches under `batch/`, and epochs under `epoch/` with their numbers as steps. */
export function eventLog(options: EventLogOptions): Callback {
  const { write, everySteps = 1, nowSeconds = () => platform.nowMs() / 1000 } = options
  const under = (group: string, logs: Logs): Logs =>
    Object.fromEntries(Object.entries(logs).map(([name, value]) => [`${group}/${name}`, value]))
  return {
    name: 'event log',
    priority: 50,
    onTrainBegin: () => write(versionEvent(nowSeconds())),
    onTrainBatchEnd({ step }, logs) {
      if (step % everySteps === 0) write(scalarsEvent(nowSeconds(), step, under('batch', logs)))
    },
    onEpochEnd: ({ epoch }, logs) => write(scalarsEvent(nowSeconds(), epoch + 1, under('epoch', logs))),
  }
}
