/** A list of calls as it lies in memory: stages for the driver, and the arguments that they point to. */
import type { Buffer, Kernel, KernelCall, Place } from '../kernel/kernel.ts'
import { stage } from './layout.ts'

export interface ImageOptions {
  /** Where the image will lie; a multiple of 64. */
  readonly base: number
  addressOf(place: Place): number
  /** Place of the kernel's function in the table. */
  indexOf(kernel: Kernel): number
}

/** Bytes of the image of some calls. */
export function imageBytes(calls: readonly KernelCall[]): number {
  return calls.reduce((sum, call) => sum + stage.sizeBytes + argBytes(call), 0)
}

function argBytes({ kernel }: KernelCall): number {
  let count = 0
  for (const _ in kernel.params) count += 1
  return 16 * Math.ceil(count / 4)
}

/** The words of the image: the i-th stage begins at byte 32 · i. */
export function writeImage(
  calls: readonly KernelCall[],
  { base, addressOf, indexOf }: ImageOptions,
): Int32Array {
  const words = new Int32Array(imageBytes(calls) / 4)
  const floats = new Float32Array(words.buffer)
  let args = calls.length * stage.sizeBytes
  calls.forEach((call, i) => {
    const record = (i * stage.sizeBytes) / 4
    words[record + stage.kernel / 4] = indexOf(call.kernel)
    words[record + stage.args / 4] = base + args
    words[record + stage.tasks / 4] = call.tasks
    let word = args / 4
    for (const name in call.kernel.params) {
      const value = call.args[name]
      if (typeof value === 'object') words[word] = addressOf(value)
      else if (call.kernel.params[name] === 'f32') floats[word] = value ?? 0
      else words[word] = value ?? 0
      word += 1
    }
    args = 16 * Math.ceil(word / 4)
  })
  return words
}

/** Words of the image that hold addresses in a buffer, with the distance from where it begins. */
export function addressWords(
  calls: readonly KernelCall[],
  buffer: Buffer,
): readonly { readonly word: number; readonly offsetBytes: number }[] {
  const found: { word: number; offsetBytes: number }[] = []
  let args = calls.length * stage.sizeBytes
  for (const call of calls) {
    Object.keys(call.kernel.params).forEach((name, at) => {
      const value = call.args[name]
      if (typeof value === 'object' && value.buffer === buffer)
        found.push({ word: args / 4 + at, offsetBytes: value.offsetBytes })
    })
    args += argBytes(call)
  }
  return found
}
