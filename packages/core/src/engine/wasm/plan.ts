/** A schedule with memory: everything that running a graph at given sizes needs, worked out once. */
import { SlipwayError } from '../../base/errors.ts'
import { hoist, hoistedNames } from '../../codegen/hoist.ts'
import { imageBytes, writeImage } from '../../codegen/image.ts'
import { readsOf } from '../../ir/graph.ts'
import type { Buffer, KernelCall, Place } from '../../kernel/kernel.ts'
import { type Lifetime, lifetimes, rootOf, type Use } from '../../memory/lifetimes.ts'
import { type Placement, placeBuffers } from '../../memory/place.ts'
import type { Step } from '../../schedule/lower-group.ts'
import type { Refs } from '../../schedule/refs.ts'
import type { Work } from '../../schedule/work.ts'
import type { Machine } from './machine.ts'

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
  /** Most scratch bytes that a call wants. */
  readonly scratchBytes: number
  /** Address of a place, with the arena where it was when `bind` was last called. */
  addressOf(place: Place): number
  /** Writes the image for an arena that begins at `arena`. */
  bind(arena: number): void
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
  const all = steps.flatMap((step) => (step.kind === 'call' ? [step.call] : []))
  machine.compile(all.map(({ kernel }) => kernel))
  const hostUses = new Map(
    steps.flatMap((step) => (step.kind === 'host' ? [[step, hostUse(step.work, refs)] as const] : [])),
  )
  const entering = options.entering()
  const outside = new Set([...entering, ...[...hostUses.values()].flatMap(({ writes }) => writes)])
  const { tables } = options
  const { once, always } = hoist(all, outside, (buffer) => machine.isConstant(buffer) || tables.has(buffer))
  const stand = runOnce(
    machine,
    once,
    always,
    [...hostUses.values()].flatMap(({ reads }) => reads),
    options,
  )
  const isElsewhere = (buffer: Buffer) => stand(buffer) !== undefined
  const kept = steps.filter((step) => step.kind === 'host' || always.has(step.call))
  const uses = kept.map((step) => (step.kind === 'host' ? hostUses.get(step)! : step.call))
  const { live, inside } = lifetimes(uses, entering, leaving, isElsewhere)
  const placement = placeBuffers(live)
  const calls = kept.flatMap((step) => (step.kind === 'call' ? [step.call] : []))
  const sizeBytes = imageBytes(calls)
  const image = machine.heap.allocate(sizeBytes)
  let arenaStart = -1
  const bases = new Map<Buffer, number>()
  const findBase = (buffer: Buffer): number => {
    const fixed = stand(buffer)
    if (fixed !== undefined) return fixed
    const offset = placement.offsets.get(rootOf(buffer, inside))
    if (offset === undefined)
      throw new SlipwayError('SLP-K2', `Cannot run plan: no step computes buffer "${buffer.label}"`)
    return arenaStart + offset
  }
  const addressOf = ({ buffer, offsetBytes }: Place): number => {
    const base = bases.get(buffer) ?? findBase(buffer)
    bases.set(buffer, base)
    return base + offsetBytes
  }
  return {
    segments: segmentsOf(kept),
    calls,
    placement,
    live,
    image,
    imageBytes: sizeBytes,
    scratchBytes: Math.max(0, ...all.map((call) => call.scratchBytes)),
    addressOf,
    bind(arena) {
      if (arena === arenaStart) return
      arenaStart = arena
      bases.clear()
      const words = writeImage(calls, { base: image, addressOf, indexOf: machine.indexOf })
      machine.words().set(words, image / 4)
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

/**
 * Runs what is the same in every run and has not been computed for an earlier plan. Gives the addresses of buffers
 * that lie outside the arena: constants, tables, and what was computed here.
 */
function runOnce(
  machine: Machine,
  once: readonly KernelCall[],
  always: ReadonlySet<KernelCall>,
  hostReads: readonly Buffer[],
  { tables, leaving, threads }: PlanOptions,
): (buffer: Buffer) => number | undefined {
  const names = hoistedNames(once, (buffer) => tableName(machine, tables, buffer))
  const aliases = aliasesOf(names, machine.hoisted)
  const same = (buffer: Buffer) => aliases.get(buffer) ?? buffer
  const read = [...leaving, ...hostReads, ...[...always].flatMap(({ reads }) => reads)]
  const lasting = new Set(read.map(same))
  const missing = missingCalls(once, lasting, same, (buffer) => aliases.get(buffer) !== buffer)
  const temporary: number[] = []
  const local = new Map<Buffer, number>()
  const locate = (buffer: Buffer): number => {
    const target = same(buffer)
    const known = machine.persistent.get(target) ?? local.get(target)
    if (known !== undefined) return known
    const address = machine.heap.allocate(target.sizeBytes)
    const content = machine.contentOf(target) ?? tables.get(target)
    if (content) machine.bytes().set(content, address)
    // Weights that were packed are not read again.
    if (lasting.has(target)) machine.persistent.set(target, address)
    else {
      local.set(target, address)
      temporary.push(address)
    }
    return address
  }
  runCalls(machine, missing, threads, ({ buffer, offsetBytes }) => locate(buffer) + offsetBytes)
  for (const [buffer, name] of names) {
    if (aliases.get(buffer) === buffer && machine.persistent.has(buffer)) machine.hoisted.set(name, buffer)
  }
  for (const address of temporary) machine.heap.free(address)
  return (buffer) => {
    const target = aliases.get(buffer) ?? canonicalTable(machine, tables, buffer)
    const isFixed =
      aliases.has(buffer) ||
      machine.isConstant(target) ||
      machine.persistent.has(target) ||
      tables.has(target)
    return isFixed ? locateLasting(machine, target, tables) : undefined
  }
}

/** The first buffer with the same content, which may be that of an earlier plan. */
function aliasesOf(
  names: ReadonlyMap<Buffer, string>,
  hoisted: ReadonlyMap<string, Buffer>,
): ReadonlyMap<Buffer, Buffer> {
  const first = new Map<string, Buffer>()
  const aliases = new Map<Buffer, Buffer>()
  for (const [buffer, name] of names) {
    const target = hoisted.get(name) ?? first.get(name) ?? buffer
    first.set(name, target)
    aliases.set(buffer, target)
  }
  return aliases
}

/** The calls that lead to a lasting buffer which no earlier plan has computed. */
function missingCalls(
  once: readonly KernelCall[],
  lasting: ReadonlySet<Buffer>,
  same: (buffer: Buffer) => Buffer,
  isKnown: (buffer: Buffer) => boolean,
): readonly KernelCall[] {
  const needed = new Set([...lasting].filter((buffer) => !isKnown(buffer)))
  const missing: KernelCall[] = []
  for (const call of once.toReversed()) {
    const { reads, writes } = call
    if (!writes.some((buffer) => needed.has(buffer))) continue
    missing.push(call)
    for (const buffer of reads.map(same)) if (!isKnown(buffer)) needed.add(buffer)
  }
  return missing.reverse()
}

/** Constants and tables get their memory once something in the plan reads them. */
function locateLasting(machine: Machine, buffer: Buffer, tables: ReadonlyMap<Buffer, Uint8Array>): number {
  const known = machine.persistent.get(buffer)
  if (known !== undefined) return known
  const address = machine.heap.allocate(buffer.sizeBytes)
  const content = machine.contentOf(buffer) ?? tables.get(buffer)
  if (content) machine.bytes().set(content, address)
  machine.persistent.set(buffer, address)
  return address
}

/** Equal tables are one. */
function canonicalTable(machine: Machine, tables: ReadonlyMap<Buffer, Uint8Array>, buffer: Buffer): Buffer {
  if (!tables.has(buffer)) return buffer
  const name = tableName(machine, tables, buffer)
  const known = machine.hoisted.get(name) ?? buffer
  machine.hoisted.set(name, known)
  return known
}

const latin1 = new TextDecoder('latin1')

function tableName(machine: Machine, tables: ReadonlyMap<Buffer, Uint8Array>, buffer: Buffer): string {
  const content = tables.get(buffer)
  return content ? `table:${latin1.decode(content)}` : `c${machine.idOf(buffer)}`
}

function runCalls(
  machine: Machine,
  calls: readonly KernelCall[],
  threads: number,
  addressOf: (place: Place) => number,
): void {
  if (calls.length === 0) return
  machine.reserveScratch(Math.max(...calls.map((call) => call.scratchBytes)), threads)
  const base = machine.heap.allocate(imageBytes(calls))
  const words = writeImage(calls, { base, addressOf, indexOf: machine.indexOf })
  machine.words().set(words, base / 4)
  machine.lead(base, calls.length, threads > 1)
  machine.heap.free(base)
}
