/** Values that stay in memory from one run to the next: an input that takes the value of an output after each run. */
import { SlipwayError } from '../../base/errors.ts'
import { sameShape } from '../../base/shape.ts'
import { tensorBytes } from '../../base/storage.ts'
import type { NumericData, Tensor } from '../../base/tensor.ts'
import { tensorType, typeText, type Value } from '../../base/value.ts'
import type { TensorPlace } from './held.ts'
import type { Machine } from './machine.ts'
import { readTensor, writeTensor } from './tensors.ts'

/** Names of outputs by the names of the inputs that take their values. */
export type StateNames = ReadonlyMap<string, string>

export interface State {
  /** True for an input that is kept. */
  has(input: string): boolean
  /** Where the value of an input lies. Throws SLP-S2 where it was never given. */
  placeOf(input: string): TensorPlace
  /** Sets an input's value. Throws SLP-S3 for a value that is no tensor of numbers. */
  write(input: string, value: Value | TensorPlace): void
  /** A copy of an input's value. Throws as `placeOf`. */
  read(input: string): Tensor
  /** Where outputs go, by the inputs' places; of inputs that have a value. */
  targets(): ReadonlyMap<string, readonly TensorPlace[]>
}

export function openState({ heap, bytes }: Pick<Machine, 'heap' | 'bytes'>, names: StateNames): State {
  const places = new Map<string, TensorPlace>()
  const placeOf = (input: string): TensorPlace => {
    const place = places.get(input)
    if (place) return place
    throw new SlipwayError('SLP-S2', `Cannot use state: "${input}" must have been given once, got nothing`)
  }
  /** The place for a value of this type: the same one as long as sizes do not change. */
  const reserve = (input: string, { dtype, shape }: Pick<Tensor, 'dtype' | 'shape'>): TensorPlace => {
    const before = places.get(input)
    if (before && before.dtype === dtype && sameShape(before.shape, shape)) return before
    if (before) heap.free(before.address)
    places.delete(input)
    const sizeBytes = tensorBytes(dtype, shape)
    const place = { address: heap.allocate(sizeBytes), sizeBytes, dtype, shape: [...shape] }
    places.set(input, place)
    return place
  }
  return {
    has: (input) => names.has(input),
    placeOf,
    write(input, value) {
      if ('address' in value) {
        const { address } = reserve(input, value)
        bytes().copyWithin(address, value.address, value.address + value.sizeBytes)
        return
      }
      if (value.kind !== 'tensor' || value.dtype === 'string') {
        const rule = 'state must be a tensor of numbers'
        throw new SlipwayError('SLP-S3', `Cannot keep "${input}": ${rule}, got ${value.kind}`)
      }
      const { address } = reserve(input, value)
      writeTensor(bytes(), address, value)
    },
    read(input) {
      const { address, dtype, shape } = placeOf(input)
      return readTensor(bytes(), address, dtype, shape)
    },
    targets() {
      const targets = new Map<string, TensorPlace[]>()
      for (const [input, place] of places) {
        const output = names.get(input)!
        targets.set(output, [...(targets.get(output) ?? []), place])
      }
      return targets
    },
  }
}

/** Bytes of a value on their way to a place. */
export interface Move {
  readonly from: TensorPlace | Tensor
  readonly to: TensorPlace
}

/**
 * Puts the values of a run where they are kept. One that lies where another one goes is copied first.
 *
 * @throws SLP-S4 where a value has not the type of what it replaces.
 */
export function moveInto(bytes: () => Uint8Array, moves: readonly Move[]): void {
  const targets = new Set(moves.map(({ to }) => to.address))
  for (const { from, to } of moves) {
    if (from.dtype === to.dtype && sameShape(from.shape, to.shape)) continue
    const [kept, got] = [to, from].map(({ dtype, shape }) => typeText(tensorType(dtype, shape)))
    throw new SlipwayError('SLP-S4', `Cannot keep the value of a run: it must stay ${kept}, got ${got}`)
  }
  const memory = bytes()
  const bytesOf = (from: Move['from']): Uint8Array => {
    if ('address' in from) {
      const own = memory.subarray(from.address, from.address + from.sizeBytes)
      return targets.has(from.address) ? own.slice() : own
    }
    const data = from.data as NumericData // kernels hold no strings
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  }
  // All copies are made before anything is overwritten.
  const ready = moves
    .filter(({ from, to }) => !('address' in from) || from.address !== to.address)
    .map(({ from, to }) => [bytesOf(from), to.address] as const)
  for (const [source, address] of ready) memory.set(source, address)
}
