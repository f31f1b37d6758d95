/** Many rewrites of one pass as one patch, which also takes away what nobody reads any more. */
import type { Tensor } from '../base/tensor.ts'
import type { ValueType } from '../base/value.ts'
import { type Node, readsOf } from '../ir/graph.ts'
import type { Patch } from '../ir/patch.ts'
import { renameReads } from '../ir/rewrite.ts'
import type { PatternPass } from './define.ts'
import type { GraphView } from './graph-view.ts'
import { rootsOf } from './match.ts'
import { type Rewrite, tryRewrite } from './rewrite.ts'

export interface Batch {
  readonly patch: Patch
  /** How often the pass fired. */
  readonly count: number
}

/** All places where a pass can fire at once; those that overlap wait for the next call. */
export function findBatch(pass: PatternPass, view: GraphView): Batch | undefined {
  const claimed = new Set<Node>()
  const rewrites: Rewrite[] = []
  for (const pattern of pass.patterns) {
    for (const node of rootsOf(pattern, view)) {
      if (claimed.has(node)) continue
      const rewrite = tryRewrite(pass, pattern, node, view)
      if (!rewrite || rewrite.claims.some((one) => claimed.has(one))) continue
      for (const one of rewrite.claims) claimed.add(one)
      rewrites.push(rewrite)
    }
  }
  return rewrites.length === 0
    ? undefined
    : { patch: patchOf(pass.name, view, rewrites), count: rewrites.length }
}

function patchOf(rule: string, view: GraphView, rewrites: readonly Rewrite[]): Patch {
  const replace = merged(rewrites.map((rewrite) => rewrite.replace))
  const ends = new Map([...replace.keys()].map((name) => [name, endOf(name, replace)]))
  const add = rewrites.flatMap((rewrite) => rewrite.add).map((node) => renameReads(node, ends))
  const remove = new Set(rewrites.flatMap((rewrite) => rewrite.remove))
  const reads = new Set([...add.flatMap(readsOf), ...ends.values()])
  const removeConstants = sweep(view, remove, reads)
  return {
    rule,
    remove: [...remove],
    add,
    replace,
    removeConstants,
    constants: merged<Tensor>(rewrites.map(({ constants }) => constants)),
    types: merged<ValueType>(rewrites.map(({ types }) => types)),
  }
}

function merged<T>(maps: readonly ReadonlyMap<string, T>[]): Map<string, T> {
  return new Map(maps.flatMap((map) => [...map]))
}

function endOf(name: string, replace: ReadonlyMap<string, string>): string {
  let end = name
  for (let to = replace.get(end); to !== undefined; to = replace.get(end)) end = to
  return end
}

/**
 * Adds to `remove` the nodes that only removed nodes read, and returns the constants of which that is true. `reads`
 * is what new nodes read.
 */
export function sweep(view: GraphView, remove: Set<Node>, reads: ReadonlySet<string>): readonly string[] {
  const isLive = (value: string) =>
    reads.has(value) || view.isOutput(value) || view.consumers(value).some((node) => !remove.has(node))
  const given = new Set(view.graph.inputs)
  const constants = new Set<string>()
  const open = [...remove].flatMap(readsOf)
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (isLive(value)) continue
    const maker = view.producer(value)
    if (!maker) {
      if (view.graph.constants.has(value) && !given.has(value)) constants.add(value)
    } else if (!remove.has(maker) && !maker.outputs.some((name) => name !== '' && isLive(name))) {
      remove.add(maker)
      open.push(...readsOf(maker))
    }
  }
  return [...constants]
}
