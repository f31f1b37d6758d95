/** Computes what is the same in every run, unless it is in memory already, and says where that lies. */
import { digestText } from '../../base/digest.ts'
import { SlipwayError } from '../../base/errors.ts'
import { hoistedNames } from '../../codegen/hoist.ts'
import { imageBytes, writeImage } from '../../codegen/image.ts'
import { status } from '../../codegen/layout.ts'
import type { Buffer, KernelCall, Place } from '../../kernel/kernel.ts'
import type { Machine } from './machine.ts'

export interface OnceOptions {
  readonly tables: ReadonlyMap<Buffer, Uint8Array>
  /** Buffers that are read after the last step. */
  readonly leaving: ReadonlySet<Buffer>
  readonly threads: number
}

/** Buffers outside the arena: constants, tables, and what was computed from them. */
export interface Stand {
  /** Undefined for buffers of the arena. */
  addressOf(buffer: Buffer): number | undefined
  /** Those that were asked for. */
  readonly read: ReadonlySet<Buffer>
}

type Tables = OnceOptions['tables']

/** Says what is in a constant or a table. */
type NameOf = (buffer: Buffer) => string

/** Call within `machine.fixed.make`, and ask for the address of every buffer there. */
export function runOnce(
  machine: Machine,
  once: readonly KernelCall[],
  always: ReadonlySet<KernelCall>,
  hostReads: readonly Buffer[],
  { tables, leaving, threads }: OnceOptions,
): Stand {
  const { fixed } = machine
  const nameOf = openNames(machine, tables)
  const names = hoistedNames(once, nameOf)
  const aliases = aliasesOf(names, fixed.named)
  const same = (buffer: Buffer) => aliases.get(buffer) ?? buffer
  const lasting = new Set([...leaving, ...hostReads, ...[...always].flatMap(({ reads }) => reads)].map(same))
  for (const buffer of lasting) {
    const name = names.get(buffer)
    if (name !== undefined && fixed.addressOf(buffer) === undefined) fixed.find(buffer, name)
  }
  const missing = missingCalls(once, lasting, same, (buffer) => fixed.addressOf(buffer) !== undefined)
  const temporary = new Map<Buffer, number>()
  const locate = (buffer: Buffer): number => {
    const target = same(buffer)
    const known = fixed.addressOf(target) ?? temporary.get(target)
    if (known !== undefined) return known
    const name = names.get(target)
    if (lasting.has(target))
      return name === undefined ? locateLasting(machine, target, tables, nameOf) : fixed.add(target, name)
    // Weights that were packed are not read again.
    const address = machine.heap.allocate(target.sizeBytes)
    const content = fixed.contentOf(target) ?? tables.get(target)
    if (content) machine.bytes().set(content, address)
    temporary.set(target, address)
    return address
  }
  try {
    runCalls(machine, missing, threads, ({ buffer, offsetBytes }) => locate(buffer) + offsetBytes)
  } finally {
    for (const address of temporary.values()) machine.heap.free(address)
  }
  return openStand(machine, aliases, tables, nameOf)
}

function openStand(
  machine: Machine,
  aliases: ReadonlyMap<Buffer, Buffer>,
  tables: Tables,
  nameOf: NameOf,
): Stand {
  const { fixed } = machine
  const read = new Set<Buffer>()
  return {
    read,
    addressOf(buffer) {
      // Equal tables are one.
      const equal = tables.has(buffer) ? fixed.named(nameOf(buffer)) : undefined
      const target = aliases.get(buffer) ?? equal ?? buffer
      const isFixed = fixed.addressOf(target) !== undefined || fixed.isConstant(target) || tables.has(target)
      if (!isFixed) return undefined
      read.add(target)
      return locateLasting(machine, target, tables, nameOf)
    },
  }
}

/** The first buffer with the same content, which may be that of an earlier plan. */
function aliasesOf(
  names: ReadonlyMap<Buffer, string>,
  named: (name: string) => Buffer | undefined,
): ReadonlyMap<Buffer, Buffer> {
  const first = new Map<string, Buffer>()
  const aliases = new Map<Buffer, Buffer>()
  for (const [buffer, name] of names) {
    const target = named(name) ?? first.get(name) ?? buffer
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
function locateLasting(machine: Machine, buffer: Buffer, tables: Tables, nameOf: NameOf): number {
  const { fixed } = machine
  const there = fixed.addressOf(buffer)
  if (there !== undefined) return there
  const name = nameOf(buffer)
  const known = fixed.find(buffer, name)
  if (known !== undefined) return known
  const address = fixed.add(buffer, name)
  const content = fixed.contentOf(buffer) ?? tables.get(buffer)
  if (content) machine.bytes().set(content, address)
  return address
}

function openNames(machine: Machine, tables: Tables): NameOf {
  const names = new Map<Buffer, string>()
  return (buffer) => {
    const known = names.get(buffer)
    if (known !== undefined) return known
    const content = tables.get(buffer)
    const name = content ? `t${digestText(content)}` : machine.fixed.nameOf(buffer)
    names.set(buffer, name)
    return name
  }
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
  try {
    const words = writeImage(calls, { base, addressOf, indexOf: machine.indexOf })
    machine.words().set(words, base / 4)
    const result = machine.lead(base, calls.length, threads > 1)
    if (result === status.stopped) machine.checkCancelled()
    if (result !== status.done) throw new SlipwayError('SLP-S8', 'Cannot prepare run: a thread failed')
  } finally {
    machine.heap.free(base)
  }
}
