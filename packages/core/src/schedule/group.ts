/**
 * Which works become one kernel: elementwise work joins the work that reads its result, and that of a kernel with an
 * epilogue, as long as nobody else reads what lies between. A group runs where its last member stands.
 */
import type { DType } from '../base/dtype.ts'
import { type Shape, sameShape } from '../base/shape.ts'
import { constant, type Formula, input, substitute } from '../kernel/formula.ts'
import type { Work, WorkOf } from './work.ts'

export type Group =
  | { readonly kind: 'single'; readonly work: Exclude<Work, WorkOf<'formula' | 'reduction'>> }
  /** `anchor`, if there is one, gives input 0 of the formula; the inputs are the others, in order. */
  | {
      readonly kind: 'formula'
      readonly works: readonly Work[]
      readonly anchor: WorkOf<'kernel'> | undefined
      readonly formula: Formula
      readonly inputs: readonly string[]
      readonly output: string
      readonly root: WorkOf<'formula'>
    }
  /** The formula gives the elements that are reduced. */
  | {
      readonly kind: 'reduction'
      readonly works: readonly Work[]
      readonly formula: Formula
      readonly inputs: readonly string[]
      readonly work: WorkOf<'reduction'>
    }

export interface GroupOptions {
  /** Values that must exist by themselves: outputs, and what the host reads. */
  readonly escaping: ReadonlySet<string>
  /** The element of a value that has just one, where it is known. */
  scalar(name: string): { readonly value: number | bigint; readonly dtype: DType } | undefined
}

/** A kernel that reads more tensors would run out of registers for their addresses. */
const mostInputs = 8
const mostMembers = 48

/** Groups in the order in which they can run. */
export function groupWorks(works: readonly Work[], options: GroupOptions): readonly Group[] {
  const graph = indexWorks(works)
  const taken = new Set<number>()
  const groups: Group[] = []
  for (let at = works.length - 1; at >= 0; at--) {
    if (taken.has(at)) continue
    const work = works[at]!
    if (work.kind !== 'formula' && work.kind !== 'reduction') groups.push({ kind: 'single', work })
    else groups.push(grow(work, at, graph, taken, options))
  }
  return groups.reverse()
}

interface Index {
  readonly works: readonly Work[]
  readonly producer: ReadonlyMap<string, number>
  readonly consumers: ReadonlyMap<string, ReadonlySet<number>>
}

function indexWorks(works: readonly Work[]): Index {
  const producer = new Map<string, number>()
  const consumers = new Map<string, Set<number>>()
  works.forEach(({ node }, at) => {
    for (const name of node.outputs) if (name !== '') producer.set(name, at)
    for (const name of node.inputs) {
      if (name === '') continue
      const list = consumers.get(name) ?? new Set()
      consumers.set(name, list.add(at))
    }
  })
  return { works, producer, consumers }
}

/** The group that ends in a work. */
function grow(
  root: WorkOf<'formula' | 'reduction'>,
  at: number,
  graph: Index,
  taken: Set<number>,
  options: GroupOptions,
): Group {
  const members = new Set([at])
  const shape = root.kind === 'formula' ? root.outputs[0]!.shape : root.inputs[0]!.shape
  absorb(members, shape, graph, taken, options)
  const anchorAt = root.kind === 'formula' ? findAnchor(members, root, graph, taken, options) : undefined
  const all = anchorAt === undefined ? members : new Set([...members, anchorAt])
  for (const member of all) taken.add(member)
  const anchor = anchorAt === undefined ? undefined : (graph.works[anchorAt] as WorkOf<'kernel'>) // findAnchor gives kernels only
  const works = [...all].sort((a, b) => a - b).map((member) => graph.works[member]!)
  const { formula, inputs } = join(root, members, anchor?.node.outputs[0], graph, options)
  return root.kind === 'formula'
    ? { kind: 'formula', works, anchor, formula, inputs, output: root.node.outputs[0]!, root }
    : { kind: 'reduction', works, formula, inputs, work: root }
}

/** Adds elementwise producers of the same shape, again and again, as long as all their readers are members. */
function absorb(
  members: Set<number>,
  shape: Shape,
  graph: Index,
  taken: ReadonlySet<number>,
  options: GroupOptions,
): void {
  for (let grew = true; grew && members.size < mostMembers; ) {
    grew = false
    for (const name of readsOf(members, graph)) {
      const at = graph.producer.get(name)
      if (at === undefined || members.has(at) || taken.has(at)) continue
      const work = graph.works[at]!
      if (work.kind !== 'formula' || !isInner(name, members, graph, options)) continue
      if (!sameShape(work.outputs[0]!.shape, shape)) continue
      const wider = new Set([...members, at])
      if ([...readsOf(wider, graph)].filter((read) => !options.scalar(read)).length > mostInputs) continue
      members.add(at)
      grew = true
    }
  }
}

/** The last kernel with an epilogue whose result only the members read; it must have their shape. */
function findAnchor(
  members: ReadonlySet<number>,
  root: WorkOf<'formula'>,
  graph: Index,
  taken: ReadonlySet<number>,
  options: GroupOptions,
): number | undefined {
  const { dtype, shape } = root.outputs[0]!
  let last: number | undefined
  for (const name of readsOf(members, graph)) {
    const at = graph.producer.get(name)
    if (at === undefined || taken.has(at) || members.has(at)) continue
    const work = graph.works[at]!
    if (work.kind !== 'kernel' || !work.hasEpilogue || work.node.outputs[0] !== name) continue
    const made = work.outputs[0]!
    if (made.dtype !== dtype || !sameShape(made.shape, shape)) continue
    if (isInner(name, members, graph, options)) last = Math.max(last ?? at, at)
  }
  return last
}

function isInner(
  name: string,
  members: ReadonlySet<number>,
  graph: Index,
  { escaping }: GroupOptions,
): boolean {
  if (escaping.has(name)) return false
  for (const reader of graph.consumers.get(name) ?? []) if (!members.has(reader)) return false
  return true
}

function readsOf(members: ReadonlySet<number>, { works }: Index): ReadonlySet<string> {
  const names = new Set<string>()
  for (const at of members) {
    const { node, kind } = works[at]!
    const list = kind === 'reduction' ? node.inputs.slice(0, 1) : node.inputs
    for (const name of list) if (name !== '') names.add(name)
  }
  return names
}

/** The members' formulas as one; its inputs are what the group reads from outside. */
function join(
  root: WorkOf<'formula' | 'reduction'>,
  members: ReadonlySet<number>,
  anchorValue: string | undefined,
  graph: Index,
  options: GroupOptions,
): { readonly formula: Formula; readonly inputs: readonly string[] } {
  const inputs: string[] = []
  const first = anchorValue === undefined ? 0 : 1
  const made = new Map<string, Formula>()
  const formulaOf = (name: string, dtype: DType): Formula => {
    const known = made.get(name)
    if (known) return known
    const formula = make(name, dtype)
    made.set(name, formula)
    return formula
  }
  const make = (name: string, dtype: DType): Formula => {
    if (name === anchorValue) return input(0, dtype)
    const at = graph.producer.get(name)
    const work = at !== undefined && members.has(at) ? graph.works[at]! : undefined
    if (work?.kind === 'formula') return inner(work)
    const scalar = options.scalar(name)
    if (scalar) return constant(scalar.value, scalar.dtype)
    inputs.push(name)
    return input(first + inputs.length - 1, dtype)
  }
  const inner = ({ node, formula }: WorkOf<'formula'>): Formula =>
    substitute(formula, (index, dtype) => formulaOf(node.inputs[index]!, dtype))
  const formula =
    root.kind === 'formula' ? inner(root) : formulaOf(root.node.inputs[0]!, root.inputs[0]!.dtype)
  return { formula, inputs }
}
