/** Decision trees over rows of float32: every row walks every tree, and the leaves it reaches vote. */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { f64, i32, load, op, select } from '../../wasm/index.ts'
import type { Kernel, KernelBuilder, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { forEachItem, itemParams, shareItems } from '../move/items.ts'

export type Comparison = 'le' | 'lt' | 'ge' | 'gt' | 'eq' | 'ne'
export type VoteRule = 'AVERAGE' | 'SUM' | 'MIN' | 'MAX'

/** How the trees of a forest decide and vote. */
export interface ForestRules {
  readonly comparison: Comparison
  readonly rule: VoteRule
  /** One target, for which every leaf votes once. */
  readonly isSingle: boolean
}

export interface ForestCall extends ForestRules {
  readonly x: Place
  readonly y: Place
  readonly rows: number
  readonly features: number
  readonly targets: number
  readonly trees: number
  /** Typical number of branches on a way, for sharing the work. */
  readonly depth: number
  /** Four words for each branch: feature · 4 + (NaN takes the true branch), split, and the two branches, `~leaf` if leaves. */
  readonly branches: Place
  /** The first branch of each tree. */
  readonly roots: Place
  /** The first vote of each leaf and the number of its votes; not read where single. */
  readonly leaves: Place
  /** 16 bytes for each vote: the weight as float64 and the target; single: the weights of the leaves. */
  readonly votes: Place
  /** A float64 for each target, added at the end. */
  readonly base: Place
}

const params = {
  x: 'in',
  y: 'out',
  branches: 'in',
  roots: 'in',
  leaves: 'in',
  votes: 'in',
  base: 'in',
  features: 'i32',
  targets: 'i32',
  trees: 'i32',
  ...itemParams,
} as const

type ForestKernel = KernelBuilder<typeof params>

const taskBranches = 1 << 14

/** Adds the call. */
export function scoreForest(context: LowerContext, call: ForestCall): void {
  const { x, y, rows, features, targets, trees, depth, branches, roots, leaves, votes, base } = call
  if (rows === 0) return
  const { args, tasks } = shareItems(rows, taskBranches / Math.max(1, trees * depth))
  const places = { x, y, branches, roots, leaves, votes, base }
  context.call(kernelFor(call), { ...places, features, targets, trees, ...args }, tasks, 8 * targets)
}

function kernelFor({ comparison, rule, isSingle }: ForestRules): Kernel<typeof params> {
  return {
    key: `forest-${comparison}-${rule}-${isSingle ? 'single' : 'votes'}`,
    params,
    emit(k) {
      const { f, arg } = k
      const row = f.local('i32')
      const start = rule === 'MIN' ? Number.POSITIVE_INFINITY : rule === 'MAX' ? Number.NEGATIVE_INFINITY : 0
      const [score, target] = [f.local('f64'), f.local('i32')]
      forEachItem(k, (item) => {
        f.set(row, op('i32.add', arg('x'), op('i32.shl', op('i32.mul', item, arg('features')), i32(2))))
        const y = f.let(op('i32.add', arg('y'), op('i32.shl', op('i32.mul', item, arg('targets')), i32(2))))
        if (isSingle) {
          f.set(score, f64(start))
          eachTree(k, comparison, row, (leaf) =>
            vote(f, rule, score, load('f64.load', op('i32.add', arg('votes'), op('i32.shl', leaf, i32(3))))),
          )
          finish(k, rule, { start, score, y, base: arg('base') })
          return
        }
        f.for(target, 0, arg('targets'), 1, () => f.store('f64.store', at8(k.scratch, target), f64(start)))
        eachTree(k, comparison, row, (leaf) => countVotes(k, rule, leaf, score))
        f.for(target, 0, arg('targets'), 1, () => {
          f.set(score, load('f64.load', at8(k.scratch, target)))
          finish(k, rule, { start, score, y, base: at8(arg('base'), target) })
          f.add(y, 4)
        })
      })
    },
  }
}

const at8 = (start: Operand<'i32'>, index: Operand<'i32'>): Operand<'i32'> =>
  op('i32.add', start, op('i32.shl', index, i32(3)))

/** Runs `body` with the number of the leaf that the row reaches in each tree. */
function eachTree(
  { f, arg }: ForestKernel,
  comparison: Comparison,
  row: Local<'i32'>,
  body: (leaf: Local<'i32'>) => void,
): void {
  const [root, at, node, word] = [f.let(arg('roots')), f.local('i32'), f.local('i32'), f.local('i32')]
  const [branches, x] = [f.let(arg('branches')), f.local('f32')]
  f.repeat(arg('trees'), () => {
    f.set(at, load('i32.load', root))
    f.block((found) =>
      f.loop((again) => {
        f.branchIf(found, op('i32.lt_s', at, i32(0)))
        f.set(node, op('i32.add', branches, op('i32.shl', at, i32(4))))
        f.set(word, load('i32.load', node))
        f.set(x, load('f32.load', op('i32.add', row, op('i32.and', word, i32(-2)))))
        const holds = op(`f32.${comparison}`, x, load('f32.load', node, 4))
        const isMissing = op('i32.and', op('f32.ne', x, x), word)
        f.set(
          at,
          select(load('i32.load', node, 8), load('i32.load', node, 12), op('i32.or', holds, isMissing)),
        )
        f.branch(again)
      }),
    )
    f.set(at, op('i32.xor', at, i32(-1)))
    body(at)
    f.add(root, 4)
  })
}

function countVotes(
  { f, arg, scratch }: ForestKernel,
  rule: VoteRule,
  leaf: Local<'i32'>,
  score: Local<'f64'>,
): void {
  const entry = f.let(at8(arg('leaves'), leaf))
  const given = f.let(op('i32.add', arg('votes'), op('i32.shl', load('i32.load', entry), i32(4))))
  f.repeat(load('i32.load', entry, 4), () => {
    const place = f.let(at8(scratch, load('i32.load', given, 8)))
    f.set(score, load('f64.load', place))
    vote(f, rule, score, load('f64.load', given))
    f.store('f64.store', place, score)
    f.add(given, 16)
  })
}

function vote(f: FunctionBuilder, rule: VoteRule, score: Local<'f64'>, weight: Operand<'f64'>): void {
  const how = rule === 'MIN' ? 'f64.min' : rule === 'MAX' ? 'f64.max' : 'f64.add'
  f.set(score, op(how, score, weight))
}

interface Finish {
  readonly start: number
  readonly score: Local<'f64'>
  readonly y: Local<'i32'>
  readonly base: Operand<'i32'>
}

/** Stores a score. Weights are finite, so that an extreme that is not has met no vote. */
function finish({ f, arg }: ForestKernel, rule: VoteRule, { start, score, y, base }: Finish): void {
  if (rule === 'AVERAGE') f.set(score, op('f64.div', score, op('f64.convert_i32_u', arg('trees'))))
  if (start !== 0) f.set(score, select(f64(0), score, op('f64.eq', score, f64(start))))
  f.store('f32.store', y, op('f32.demote_f64', op('f64.add', score, load('f64.load', base))))
}
