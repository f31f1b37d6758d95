/**
 * What lies in memory outside of arenas: constants, tables, and what is computed from them alone. Each has a name that
 * says what is in it; the users of a shared memory find it by that name. It stays for as long as a plan reads it.
 */
import { digestText } from '../../base/digest.ts'
import type { NumericData, Tensor } from '../../base/tensor.ts'
import type { Buffer } from '../../kernel/kernel.ts'
import type { Shelf } from '../../memory/shelf.ts'

export interface Fixed {
  /** The buffer of a constant; the same for the same tensor. */
  constantBuffer(value: Tensor, label: string): Buffer
  isConstant(buffer: Buffer): boolean
  /** A constant's bytes. */
  contentOf(buffer: Buffer): Uint8Array | undefined
  /** Says which constant it is. */
  nameOf(buffer: Buffer): string
  /** Where a buffer lies, if it is in memory. */
  addressOf(buffer: Buffer): number | undefined
  /** Buffers that were found or added, with their addresses. */
  readonly persistent: ReadonlyMap<Buffer, number>
  /** The first buffer with a name. */
  named(name: string): Buffer | undefined
  /** The address of what some user has put into memory under this name, if any has; it is then the buffer's. */
  find(buffer: Buffer, name: string): number | undefined
  /** Memory for a buffer that nobody has yet. Call within `make`. */
  add(buffer: Buffer, name: string): number
  /** Runs what finds and adds buffers while no other user does so. Where it throws, what it has added is gone. */
  make<Result>(act: () => Result): Result
  /** A plan reads these buffers from now on. */
  keep(buffers: Iterable<Buffer>): void
  /** A plan reads these buffers no more. */
  release(buffers: Iterable<Buffer>): void
  /** Bytes of those buffers that nothing but one plan reads. */
  ownBytes(buffers: Iterable<Buffer>): number
  /** The same tensor in memory, where users share it. Call within `make`. */
  adopt(value: Tensor): Tensor
}

export interface FixedOptions {
  readonly shelf: Shelf
  /** The shared memory's buffer, with the weights that were put there before anybody used it. */
  readonly weights: SharedArrayBuffer | undefined
  /** The memory as it is now. */
  bytes(): Uint8Array<ArrayBufferLike>
  /** Called while waiting for other users; may throw. */
  poll(): void
}

/** Below this a tensor of each user's own costs less than a shared one. */
const leastAdoptedBytes = 1024

const alignment = 64

export function openFixed(options: FixedOptions): Fixed {
  const constants = openConstants(options.weights)
  const { contents, placed } = constants
  const named = openNamed(options)
  const readers = new Map<Buffer, number>()
  return {
    ...named,
    constantBuffer: constants.bufferOf,
    addressOf: (buffer) => placed.get(buffer) ?? named.persistent.get(buffer),
    isConstant: (buffer) => contents.has(buffer),
    contentOf: (buffer) => contents.get(buffer),
    nameOf: constants.nameOf,
    keep(read) {
      for (const buffer of read) readers.set(buffer, (readers.get(buffer) ?? 0) + 1)
    },
    release(read) {
      for (const buffer of read) {
        const left = readers.get(buffer)! - 1
        readers.set(buffer, left)
        if (left > 0) continue
        readers.delete(buffer)
        named.drop(buffer)
      }
    },
    ownBytes(read) {
      let sum = 0
      for (const buffer of read) if (readers.get(buffer) === 1 && !placed.has(buffer)) sum += buffer.sizeBytes
      return sum
    },
    adopt: (value) => adopt(value, constants, options),
  }
}

interface Named extends Pick<Fixed, 'named' | 'find' | 'add' | 'make'> {
  readonly persistent: Map<Buffer, number>
  drop(buffer: Buffer): void
}

/** Buffers with names, and where they lie. */
function openNamed({ shelf, poll }: FixedOptions): Named {
  const persistent = new Map<Buffer, number>()
  const buffers = new Map<string, Buffer>()
  const names = new Map<Buffer, string>()
  let added: Buffer[] = []
  const set = (buffer: Buffer, name: string, address: number): number => {
    persistent.set(buffer, address)
    names.set(buffer, name)
    if (!buffers.has(name)) buffers.set(name, buffer)
    return address
  }
  const forget = (buffer: Buffer): void => {
    const name = names.get(buffer)
    if (name !== undefined && buffers.get(name) === buffer) buffers.delete(name)
    names.delete(buffer)
    persistent.delete(buffer)
  }
  return {
    persistent,
    named: (name) => buffers.get(name),
    find(buffer, name) {
      const address = shelf.find(name)
      return address === undefined ? undefined : set(buffer, name, address)
    },
    add(buffer, name) {
      added.push(buffer)
      return set(buffer, name, shelf.add(name, buffer.sizeBytes))
    },
    make: (act) =>
      shelf.make(() => {
        added = []
        try {
          return act()
        } catch (error) {
          added.forEach(forget)
          throw error
        }
      }, poll),
    drop(buffer) {
      const address = persistent.get(buffer)
      if (address === undefined) return
      forget(buffer)
      shelf.release(address)
    },
  }
}

function adopt(value: Tensor, constants: Constants, { shelf, weights, bytes }: FixedOptions): Tensor {
  const data = value.data as NumericData // or an array of texts, which is ruled out next
  if (!weights || !ArrayBuffer.isView(data) || !(data.buffer instanceof ArrayBuffer)) return value
  if (data.byteLength < leastAdoptedBytes) return value
  const content = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const name = `k${digestText(content)}`
  const known = shelf.find(name)
  const address = known ?? shelf.add(name, data.byteLength)
  const memory = bytes()
  if (known === undefined) memory.set(content, address)
  const Data = data.constructor as new (buffer: ArrayBufferLike, at: number, length: number) => NumericData // every class takes these
  const shared = new Data(memory.buffer, address, data.length)
  constants.place(shared, name)
  return { ...value, data: shared } as Tensor // of the same class
}

type BufferMap<Value> = Pick<WeakMap<Buffer, Value>, 'get' | 'has'>

interface Constants extends Pick<Fixed, 'nameOf'> {
  bufferOf(value: Tensor, label: string): Buffer
  readonly contents: BufferMap<Uint8Array>
  /** Addresses of those that are in memory whether a plan reads them or not. */
  readonly placed: BufferMap<number>
  /** Data that lies in memory, and its name. */
  place(data: NumericData, name: string): void
}

/**
 * Constants by tensor, so that equal names of several graphs do not matter. Many are known for one size alone, so none
 * is held: they go with the plans that read them.
 */
function openConstants(weights: SharedArrayBuffer | undefined): Constants {
  const buffers = new WeakMap<Tensor, Buffer>()
  const contents = new WeakMap<Buffer, Uint8Array>()
  const placed = new WeakMap<Buffer, number>()
  const names = new WeakMap<Buffer, string>()
  let nameless = 0
  const placedData = new WeakMap<NumericData, string>()
  const placedName = (data: NumericData): string | undefined => {
    const isWeight = data.buffer === weights && data.byteOffset % alignment === 0
    return isWeight ? `w${data.byteOffset}:${data.byteLength}` : placedData.get(data)
  }
  return {
    contents,
    placed,
    place: (data, name) => void placedData.set(data, name),
    bufferOf(value, label) {
      const known = buffers.get(value)
      if (known) return known
      const data = value.data as NumericData // kernels hold no strings
      const buffer: Buffer = { label, sizeBytes: data.byteLength }
      buffers.set(value, buffer)
      contents.set(buffer, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      const name = placedName(data)
      if (name === undefined) return buffer
      names.set(buffer, name)
      placed.set(buffer, data.byteOffset)
      return buffer
    },
    nameOf(buffer) {
      const known = names.get(buffer)
      if (known !== undefined) return known
      const content = contents.get(buffer)
      // A memory of its own has nobody to agree with about names.
      const name = weights && content ? `k${digestText(content)}` : `c${nameless++}`
      names.set(buffer, name)
      return name
    },
  }
}
