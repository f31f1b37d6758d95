/** C = scale · A · B + what is added, for a batch of matrices: which kernels, packed how, in which blocks. */

import type { Place } from '../kernel.ts'
import type { Epilogue, LowerContext, Refusal } from '../lower.ts'
import { blocksOf, columnBlocks } from './blocks.ts'
import { dotKernel } from './dot-kernel.ts'
import { type GemmForm, gemmKernel, gemmScratchBytes } from './gemm-kernel.ts'
import type { GemmProblem, PlainOperand } from './problem.ts'
import { batchBytes, sideA, sideB } from './sides.ts'
import { tileFor } from './tile-choice.ts'

/** Adds the calls; the epilogue sees the result as [count, rows, columns]. */
export function lowerGemm(
  context: LowerContext,
  problem: GemmProblem,
  epilogue: Epilogue | undefined,
): Refusal {
  const { rows, columns, count } = problem
  const bound = epilogue?.bind([count, rows, columns])
  if (epilogue && !bound) return 'an epilogue that does not lie along the product'
  if (rows * columns * count === 0) return undefined
  const { a, b } = problem
  if (rows === 1 && b.form === 'plain' && b.isTurned && a.form === 'plain')
    return dots(context, problem, bound)
  if (columns === 1 && a.form === 'plain' && b.form === 'plain' && !problem.bias?.isPerA) {
    const turned = turnedProblem(problem, a, b)
    const again = epilogue?.bind([count, 1, rows])
    if (!epilogue || again)
      return turned.b.isTurned ? dots(context, turned, again) : product(context, turned, again)
  }
  return product(context, problem, bound)
}

type Bound = ReturnType<Epilogue['bind']>

/** Cᵀ = Bᵀ · Aᵀ, for a C of one column. */
function turnedProblem(problem: GemmProblem, a: PlainOperand, b: PlainOperand) {
  const along = problem.bias?.along === 'rows' ? 'columns' : 'none'
  return {
    ...problem,
    a: { ...b, isTurned: false },
    b: { ...a, isTurned: !a.isTurned },
    rows: 1,
    columns: problem.rows,
    pairs: problem.pairs?.map(([left, right]) => [right, left] as const),
    bias: problem.bias && { ...problem.bias, along },
  } as const satisfies GemmProblem
}

function pairTable(context: LowerContext, { pairs }: GemmProblem): Place | undefined {
  return pairs && context.table(new Uint8Array(Int32Array.from(pairs.flat()).buffer))
}

function dots(context: LowerContext, problem: GemmProblem, epilogue: Bound): Refusal {
  const { a, b, c, columns, depth, count, scale = 1, bias, added } = problem
  const start = bias ? (bias.along === 'columns' ? 'each' : 'one') : 'none'
  // Some 64 kB of the matrix make a task of about ten microseconds.
  const block = Math.max(4, Math.ceil(65536 / (16 * Math.max(1, depth))) * 4)
  const tasks = Math.ceil(columns / block)
  const kernel = dotKernel(context.target, {
    start,
    isAdded: added !== undefined,
    isScaled: scale !== 1,
    epilogue,
  })
  const args = {
    x: a.at,
    w: b.at,
    y: c,
    start: bias?.at,
    added,
    matrices: pairTable(context, problem),
    count: columns,
    depth,
    xBatch: batchBytes(a, 4 * depth),
    wBatch: batchBytes(b, 4 * depth * columns),
    startBatch: 0,
    addedBatch: 0,
    block,
    tasks,
    scale,
    ...epilogue?.args,
  }
  context.call(kernel, args, tasks * count)
  return undefined
}

function product(context: LowerContext, problem: GemmProblem, epilogue: Bound): Refusal {
  const { target } = context
  const { b, c, rows, columns, depth, count, scale = 1, bias, added } = problem
  const isFixed = problem.a.form === 'packed' || b.form === 'packed'
  const tile = isFixed ? target.tile : tileFor(target, rows, columns)
  const width = 4 * tile.vectors
  if (scale !== 1 && problem.a.form !== 'plain') return 'a scale of packed matrices'
  const isScaledA = scale !== 1 && !(b.form === 'plain' && b.isConstant)
  const left = sideA(context, problem, tile, isScaledA ? scale : 1)
  const right = sideB(context, problem, width, isScaledA ? 1 : scale)
  const sizes = { rows, columns, depth, count }
  const fixed = b.form === 'source' ? b.blocks : undefined
  const blocks = fixed
    ? columnBlocks(sizes, tile, fixed)
    : blocksOf(sizes, tile, {
        threads: context.threads,
        unit: b.form === 'source' ? b.unit : 1,
        isPacking: right.pack !== 'none',
      })
  const form: GemmForm = {
    tile,
    a: left.kind,
    pack: right.pack,
    isColumnsFirst: right.isRead || fixed !== undefined,
    start: bias ? (bias.along === 'columns' ? 'columns' : 'rows') : 'none',
    isAdded: added !== undefined,
    epilogue,
  }
  const args = {
    a: left.side.at,
    b: right.side.at,
    c,
    start: bias?.at,
    added,
    matrices: pairTable(context, problem),
    rows,
    columns,
    depth,
    aBatch: left.side.batch,
    aPanel: left.side.panel,
    aStep: left.side.step,
    bBatch: right.side.batch,
    bPanel: right.side.panel,
    bStep: right.side.step,
    startStep: bias?.along === 'rows' ? 4 : 0,
    startBatch: bias?.isPerA ? 4 * rows : 0,
    addedRow: 4 * columns,
    addedBatch: 0,
    ...blocks.args,
    ...(b.form === 'source' && b.args),
    ...epilogue?.args,
  }
  const scratch = gemmScratchBytes(form, blocks.args.columnBlock, blocks.args.depthBlock)
  context.call(gemmKernel(target, form), args, blocks.tasks, scratch)
  return undefined
}
