/** Kernel calls of the tree operators: a forest becomes tables that a kernel walks. */
import type { LowerContext, Refusal, TensorRef } from '../../../kernel/lower.ts'
import { type Comparison, scoreForest } from '../../../kernel/trees/forest.ts'
import type { Aggregate, Branch, BranchMode, Forest } from './forest.ts'
import { leastFeatures } from './forest.ts'
import type { PostTransform } from './post-transform.ts'

export interface ForestUse {
  readonly forest: Forest
  readonly targets: number
  readonly aggregate: Aggregate
  readonly transform: PostTransform
  readonly base: readonly number[]
}

const comparisons: Readonly<Record<BranchMode, Comparison | undefined>> = {
  BRANCH_LEQ: 'le',
  BRANCH_LT: 'lt',
  BRANCH_GTE: 'ge',
  BRANCH_GT: 'gt',
  BRANCH_EQ: 'eq',
  BRANCH_NEQ: 'ne',
  BRANCH_MEMBER: undefined,
}

/** Scores of float32 rows, where all branches compare in one way and scores are not transformed. */
export function emitForest(x: TensorRef, y: TensorRef, use: ForestUse, context: LowerContext): Refusal {
  const { forest, targets, aggregate, base } = use
  const refusal = refusalOf(x, y, use)
  if (refusal) return refusal
  const { branches, leaves, roots } = forest
  const votes = leaves.flat()
  const isSingle = targets === 1 && leaves.every((list) => list.length === 1)
  const features = x.shape.at(-1)!
  scoreForest(context, {
    x: x.at,
    y: y.at,
    rows: y.shape[0]!,
    features,
    targets,
    trees: roots.length,
    depth: Math.ceil(Math.log2(2 + branches.length / Math.max(1, roots.length))),
    comparison: comparisons[branches[0]?.mode ?? 'BRANCH_LEQ']!,
    rule: aggregate,
    isSingle,
    branches: context.table(branchTable(branches)),
    roots: context.table(new Uint8Array(Int32Array.from(roots).buffer)),
    leaves: context.table(leafTable(leaves.map(({ length }) => length))),
    votes: context.table(
      isSingle ? new Uint8Array(Float64Array.from(votes, ({ weight }) => weight).buffer) : voteTable(votes),
    ),
    base: context.table(
      new Uint8Array(Float64Array.from({ length: targets }, (_, i) => base[i] ?? 0).buffer),
    ),
  })
  return undefined
}

/** What kernels do not do; the reference kernel also says what is wrong with trees that do not end. */
function refusalOf(x: TensorRef, y: TensorRef, { forest, targets, transform }: ForestUse): Refusal {
  const { branches, leaves } = forest
  if (x.dtype !== 'float32' || y.dtype !== 'float32') return `numbers of type ${x.dtype}`
  if (transform !== 'NONE' && (targets > 1 || transform === 'PROBIT')) return `post_transform ${transform}`
  const mode = branches[0]?.mode ?? 'BRANCH_LEQ'
  if (!comparisons[mode] || branches.some((branch) => branch.mode !== mode))
    return 'branches of several modes'
  if (branches.some(({ split }) => !Object.is(Math.fround(split), split))) return 'splits that are no float32'
  if (leaves.some((list) => list.some(({ weight }) => !Number.isFinite(weight))))
    return 'weights that are not finite'
  if ((x.shape.at(-1) ?? 0) < leastFeatures(forest)) return 'too few features'
  return endsInLeaves(forest) ? undefined : 'a tree with a cycle'
}

/** False where some way through a tree comes back to where it was. */
function endsInLeaves({ branches, roots }: Forest): boolean {
  const done = new Set<number>()
  const open = new Set<number>()
  const waiting = [...roots]
  while (waiting.length > 0) {
    const at = waiting.at(-1)!
    if (at < 0 || done.has(at)) waiting.pop()
    else if (open.has(at)) {
      open.delete(at)
      done.add(at)
      waiting.pop()
    } else {
      open.add(at)
      const { whenTrue, whenFalse } = branches[at]!
      if (open.has(whenTrue) || open.has(whenFalse)) return false
      waiting.push(whenTrue, whenFalse)
    }
  }
  return true
}

function branchTable(branches: readonly Branch[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(16 * branches.length))
  branches.forEach(({ feature, split, missingTracksTrue, whenTrue, whenFalse }, i) => {
    view.setInt32(16 * i, 4 * feature + Number(missingTracksTrue), true)
    view.setFloat32(16 * i + 4, split, true)
    view.setInt32(16 * i + 8, whenTrue, true)
    view.setInt32(16 * i + 12, whenFalse, true)
  })
  return new Uint8Array(view.buffer)
}

function leafTable(counts: readonly number[]): Uint8Array {
  let start = 0
  const words = counts.flatMap((count) => {
    start += count
    return [start - count, count]
  })
  return new Uint8Array(Int32Array.from(words).buffer)
}

function voteTable(votes: readonly { readonly target: number; readonly weight: number }[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(16 * votes.length))
  votes.forEach(({ target, weight }, i) => {
    view.setFloat64(16 * i, weight, true)
    view.setInt32(16 * i + 8, target, true)
  })
  return new Uint8Array(view.buffer)
}
