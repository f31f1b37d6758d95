/** The nearest samples as a graph of standard operators. */
import { castTo, constantOf, type EmitContext } from '../emit.ts'
import type { Matrix } from '../matrix.ts'
import type { NeighborParams } from './nearest.ts'

/**
 * Distances [samples, known] in float64, squared ones for the Euclidean metric. They are sums over differences, not
 * the expanded square: that would tell apart samples at the same distance.
 */
export function emitDistances(
  context: EmitContext,
  x: string,
  known: Matrix,
  metric: NeighborParams['metric'],
): string {
  const { b } = context
  const points = constantOf(context, 'float64', [1, known.rows, known.columns], known.data)
  const wide = b.node('Unsqueeze', [castTo(context, x, 'float64'), b.literal('int64', [1])])
  const op = metric === 'euclidean' ? 'ReduceSumSquare' : 'ReduceL1'
  return b.node(op, [b.node('Sub', [wide, points]), b.literal('int64', [-1])], { keepdims: 0 })
}

/** Weighted means over the nearest samples of rows of `of` [known, columns], in the type of the graph. */
export function emitBlend(
  context: EmitContext,
  x: string,
  known: Matrix,
  of: Matrix,
  params: NeighborParams,
): string {
  const { b } = context
  const distances = emitDistances(context, x, known, params.metric)
  const count = b.literal('int64', [Math.min(params.nNeighbors, known.rows)])
  const [least, index] = b.nodes('TopK', [distances, count], { largest: 0, axis: 1 }, { outputs: 2 })
  const rows = b.node('Gather', [constantOf(context, 'float64', [of.rows, of.columns], of.data), index!], {
    axis: 0,
  })
  const axis = b.literal('int64', [1])
  if (params.weights === 'uniform') {
    return castTo(context, b.node('ReduceMean', [rows, axis], { keepdims: 0 }), context.dtype, 'float64')
  }
  const weights = emitInverses(context, params.metric === 'euclidean' ? b.node('Sqrt', [least!]) : least!)
  const total = b.node('ReduceSum', [weights, axis], { keepdims: 1 })
  const shares = b.node('Unsqueeze', [b.node('Div', [weights, total]), b.literal('int64', [2])])
  const sum = b.node('ReduceSum', [b.node('Mul', [rows, shares]), axis], { keepdims: 0 })
  return castTo(context, sum, context.dtype, 'float64')
}

/** 1 / distance; where a row has a distance of 0, 1 for those and 0 for others. */
function emitInverses({ b }: EmitContext, distances: string): string {
  const zero = b.literal('float64', 0)
  const isZero = b.node('Cast', [b.node('Equal', [distances, zero])], { to: 11 })
  const anyZero = b.node('ReduceMax', [isZero, b.literal('int64', [1])], { keepdims: 1 })
  const hasZero = b.node('Greater', [anyZero, zero])
  return b.node('Where', [hasZero, isZero, b.node('Reciprocal', [distances])])
}
