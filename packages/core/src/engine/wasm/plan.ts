/** A schedule with memory: everything that running a graph at given sizes needs, worked out once. */
import { SlipwayError } from '../../base/errors.ts'
import { hoist } from '../../codegen/hoist.ts'
import { addressWords, imageBytes, writeImage } from '../../codegen/image.ts'
import { readsOf } from '../../ir/graph.ts'
import type { Buffer, KernelCall, Place } from '../../kernel/kernel.ts'
import { type Lifetime, lifetimes, rootOf, type Use } from '../../memory/lifetimes.ts'
import { type Placement, placeBuffers } from '../../memory/place.ts'
import type { Step } from '../../schedule/lower-group.ts'
import type { Refs } from '../../schedule/refs.ts'
import type { Work } from '../../schedule/work.ts'
import type { Machine } from './machine.ts'
import { runOnce } from './run-once.ts'

export type Segment =
  /** Stages from `first` on; `works` are those of each stage. */
  | { readonly kind: 'stages'; readonly first: number; readonly works: readonly (readonly Work[])[] }
  | { readonly kind: 'host'; readonly work: Work; readonly reason: string }

export interface Plan {
  readonly segments: readonly Segment[]
  readonly calls: readonly KernelCall[]
  readonly placement: Placement
  /** From the first to the last step that uses a buffer of the arena. */
  readonly live: ReadonlyMap<Buffer, Lifetime>
  /** Address of the image. */
  readonly image: number
  readonly imageBytes: number
  /** Buffers outside the arena that the plan reads. */
  readonly fixed: ReadonlySet<Buffer>
  /** Most scratch bytes that a call wants. */
  readonly scratchBytes: number
  /** Address of a place, with the arena where it was when `bind` was last called. */
  addressOf(place: Place): number
  /** Writes the image for an arena that begins at `arena`. */
  bind(arena: number): void
  /**
   * Lets the plan read an input at an address outside the arena, or in the arena again. False where that cannot be,
   * because the plan computes in its memory. Call behind `bind`.
   */
  borrow(input: Buffer, address: number | undefined): boolean
}

export interface PlanOptions {
  readonly steps: readonly Step[]
  readonly refs: Refs
  readonly tables: ReadonlyMap<Buffer, Uint8Array>
  /** Buffers that are filled before the first step; asked for once every place is known. */
  entering(): ReadonlySet<Buffer>
  /** Buffers that are read after the last step. */
  readonly leaving: ReadonlySet<Buffer>
  readonly threads: number
}

/** Compiles what is new, runs what depends on constants alone, and places the rest. */
export function makePlan(machine: Machine, options: PlanOptions): Plan {
  const { steps, refs, leaving } = options
  const { fixed } = machine
  const all = steps.flatMap((step) => (step.kind === 'call' ? [step.call] : []))
  machine.checkCancelled()
  machine.compile(all.map(({ kernel }) => kernel))
  machine.checkCancelled()
  const hostUses = new Map(
    steps.flatMap((step) => (step.kind === 'host' ? [[step, hostUse(step.work, refs)] as const] : [])),
  )
  const entering = options.entering()
  const outside = new Set([...entering, ...[...hostUses.values()].flatMap(({ writes }) => writes)])
  const { tables } = options
  const { once, always } = hoist(all, outside, (buffer) => fixed.isConstant(buffer) || tables.has(buffer))
  const kept = steps.filter((step) => step.kind === 'host' || always.has(step.call))
  const uses = kept.map((step) => (step.kind === 'host' ? hostUses.get(step)! : step.call))
  const hostReads = [...hostUses.values()].flatMap(({ reads }) => reads)
  const calls = kept.flatMap((step) => (step.kind === 'call' ? [step.call] : []))
  const sizeBytes = imageBytes(calls)
  const { stand, live, inside, image } = fixed.make(() => {
    const stand = runOnce(machine, once, always, hostReads, options)
    const lives = lifetimes(uses, entering, leaving, (buffer) => stand.addressOf(buffer) !== undefined)
    return { stand, ...lives, image: machine.heap.allocate(sizeBytes) }
  })
  fixed.keep(stand.read)
  const placement = placeBuffers(live)
  const written = new Set([...inside.values(), ...uses.flatMap(({ writes }) => writes)])
  const placeOf = (buffer: Buffer, arena: number): number => {
    const offset = placement.offsets.get(rootOf(buffer, inside))
    if (offset === undefined)
      throw new SlipwayError('SLP-K2', `Cannot run plan: no step computes buffer "${buffer.label}"`)
    return arena + offset
  }
  const baseOf = (buffer: Buffer, arena: number) => stand.addressOf(buffer) ?? placeOf(buffer, arena)
  return {
    segments: segmentsOf(kept),
    calls,
    placement,
    live,
    image,
    imageBytes: sizeBytes,
    fixed: stand.read,
    scratchBytes: Math.max(0, ...all.map((call) => call.scratchBytes)),
    ...openImage(machine, calls, image, written, baseOf),
  }
}

/** The image of a plan, written for an arena, and for inputs that lie outside of it. */
function openImage(
  machine: Machine,
  calls: readonly KernelCall[],
  image: number,
  written: ReadonlySet<Buffer>,
  baseOf: (buffer: Buffer, arena: number) => number,
): Pick<Plan, 'addressOf' | 'bind' | 'borrow'> {
  let arenaStart = -1
  const bases = new Map<Buffer, number>()
  const borrowed = openBorrowed(calls, written)
  const addressOf = ({ buffer, offsetBytes }: Place): number => {
    const base = bases.get(buffer) ?? borrowed.addresses.get(buffer) ?? baseOf(buffer, arenaStart)
    bases.set(buffer, base)
    return base + offsetBytes
  }
  return {
    addressOf,
    bind(arena) {
      if (arena === arenaStart) return
      arenaStart = arena
      bases.clear()
      const words = writeImage(calls, { base: image, addressOf, indexOf: machine.indexOf })
      machine.words().set(words, image / 4)
    },
    borrow(input, address) {
      if (borrowed.addresses.get(input) === address) return true
      if (!borrowed.set(input, address)) return false
      bases.delete(input)
      const words = machine.words()
      for (const { word, offsetBytes } of borrowed.wordsOf(input))
        words[image / 4 + word] = addressOf({ buffer: input, offsetBytes })
      return true
    },
  }
}

interface Borrowed {
  readonly addresses: ReadonlyMap<Buffer, number>
  /** False where the buffer cannot be borrowed. */
  set(buffer: Buffer, address: number | undefined): boolean
  wordsOf(buffer: Buffer): ReturnType<typeof addressWords>
}

function openBorrowed(calls: readonly KernelCall[], written: ReadonlySet<Buffer>): Borrowed {
  const addresses = new Map<Buffer, number>()
  const words = new Map<Buffer, ReturnType<typeof addressWords>>()
  return {
    addresses,
    set(buffer, address) {
      if (written.has(buffer)) return false
      if (address === undefined) addresses.delete(buffer)
      else addresses.set(buffer, address)
      return true
    },
    wordsOf(buffer) {
      const known = words.get(buffer) ?? addressWords(calls, buffer)
      words.set(buffer, known)
      return known
    },
  }
}

function hostUse({ node }: Work, refs: Refs): Use {
  const buffers = (names: readonly string[]) =>
    names.flatMap((name) => {
      const ref = name === '' ? undefined : refs.of(name)
      return ref ? [ref.at.buffer] : []
    })
  return { reads: buffers(readsOf(node)), writes: buffers(node.outputs) }
}

function segmentsOf(steps: readonly Step[]): Segment[] {
  const segments: Segment[] = []
  let stages = 0
  let open: (readonly Work[])[] | undefined
  for (const step of steps) {
    if (step.kind === 'host') {
      segments.push(step)
      open = undefined
      continue
    }
    if (!open) {
      open = []
      segments.push({ kind: 'stages', first: stages, works: open })
    }
    open.push(step.works)
    stages += 1
  }
  return segments
}
