/**
 * Pulling a Transpose up through what computes element by element: how many Transposes that adds or saves, and how to
 * do it. A Transpose above cancels or joins it, and a constant takes it in.
 */
import { elementCount } from '../../base/shape.ts'
import type { Node } from '../../ir/graph.ts'
import { isElementwise } from '../elementwise.ts'
import type { Emit } from '../emit.ts'
import type { GraphView } from '../graph-view.ts'
import { compose, isIdentity, permOf } from '../permutation.ts'
import { reductionOf } from './reduction.ts'

export interface Pull {
  /** Transposes added, less those that go away. */
  readonly cost: number
  /** Emits the transposed value and returns its name. */
  readonly emit: (emit: Emit) => string
}

const deepest = 12

/** The transposed value of a value; undefined where it cannot be had. */
export function tryPull(
  view: GraphView,
  value: string,
  perm: readonly number[],
  depth = deepest,
): Pull | undefined {
  const shape = view.shape(value)
  if (!shape) return undefined
  if (shape.every((size) => size === 1)) return shape.length <= perm.length ? asIs(value) : undefined
  if (view.constant(value)) return pullConstant(view, value, perm)
  if (shape.length !== perm.length) return undefined
  const maker = view.producer(value)
  if (maker?.op === 'Transpose' && maker.domain === '') return joined(view, maker, perm)
  const through = maker && depth > 0 && view.isSole(value) ? pullThrough(view, maker, perm, depth) : undefined
  return through ?? { cost: 1, emit: (emit) => emit.node('Transpose', [value], { perm }) }
}

const asIs = (value: string): Pull => ({ cost: 0, emit: () => value })

/** Constant folding then makes one constant of it. */
function pullConstant(view: GraphView, value: string, perm: readonly number[]): Pull | undefined {
  const { shape } = view.constant(value)!
  if (shape.length > perm.length || elementCount(shape) === 0) return undefined
  const full = [...new Array<number>(perm.length - shape.length).fill(1), ...shape]
  return {
    cost: 0,
    emit: (emit) =>
      emit.node('Transpose', [emit.node('Reshape', [value, emit.literal('int64', full)])], { perm }),
  }
}

function joined(view: GraphView, transpose: Node, perm: readonly number[]): Pull | undefined {
  const first = permOf(view, transpose)
  if (!first) return undefined
  const whole = compose(first, perm)
  const saved = view.isSole(transpose.outputs[0]!) ? 1 : 0
  const [x] = transpose.inputs as readonly [string] // Transpose has one input
  return isIdentity(whole)
    ? { cost: -saved, emit: () => x }
    : { cost: 1 - saved, emit: (emit) => emit.node('Transpose', [x], { perm: whole }) }
}

function pullThrough(view: GraphView, node: Node, perm: readonly number[], depth: number): Pull | undefined {
  const reduction = reductionOf(view, node)
  if (reduction?.keepsAxes) {
    const inner = tryPull(view, node.inputs[0]!, perm, depth - 1)
    // The i-th axis of the transposed input is axis perm[i].
    const axes = reduction.axes.map((axis) => perm.indexOf(axis))
    return (
      inner && {
        cost: inner.cost,
        emit: (emit) => emit.again(node, [inner.emit(emit), emit.literal('int64', axes)]),
      }
    )
  }
  if (!isElementwise(view, node)) return undefined
  const pulls = pullAll(view, node, perm, depth - 1)
  return pulls && { cost: pulls.cost, emit: (emit) => emit.again(node, pulls.emit(emit)) }
}

/** All inputs of a node transposed. */
export function pullAll(
  view: GraphView,
  node: Node,
  perm: readonly number[],
  depth = deepest,
): { readonly cost: number; readonly emit: (emit: Emit) => (string | undefined)[] } | undefined {
  const pulls: (Pull | undefined)[] = []
  for (const name of node.inputs) {
    const pull = name === '' ? undefined : tryPull(view, name, perm, depth)
    if (name !== '' && !pull) return undefined
    pulls.push(pull)
  }
  return {
    cost: pulls.reduce((sum, pull) => sum + (pull?.cost ?? 0), 0),
    emit: (emit) => pulls.map((pull) => pull?.emit(emit)),
  }
}
