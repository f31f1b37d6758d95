import { definePass, type Guard, type Match, phases } from '../define.ts'
import { closed, rank } from '../guards.ts'
import { op, optional } from '../pattern.ts'

const sums = op('Cast', [op('MatMulInteger', ['a', 'b', optional('aZero'), optional('bZero')])], {
  attributes: { to: 1 },
})
const scaled = op('Mul', [sums, op('Mul', ['left', 'right'])])

const isSingle = ({ view }: Match, name: string) => view.shape(name)?.every((size) => size === 1) ?? false

/** One element, or one per column of b. */
function isPerColumn(match: Match, name: string): boolean {
  const [shape, columns] = [match.view.shape(name), match.shape('b')?.at(-1)]
  if (isSingle(match, name)) return shape!.length <= 1
  return shape?.length === 1 && typeof columns === 'number' && shape[0] === columns
}

/** The scale of a, which is one number, and that of b. */
function scalesOf(match: Match): readonly [a: string, b: string] | undefined {
  const [left, right] = [match.value('left'), match.value('right')]
  const isScaleOfA = (name: string) => isSingle(match, name) && match.view.shape(name)!.length <= 1
  if (isScaleOfA(left) && isPerColumn(match, right)) return [left, right]
  return isScaleOfA(right) && isPerColumn(match, left) ? [right, left] : undefined
}

const parameters: Guard = (match) => {
  if (!scalesOf(match)) return 'one scale must be a number, and the other one too or one per column of b'
  const [a, b, bias] = [match.tryValue('aZero'), match.tryValue('bZero'), match.tryValue('bias')]
  if (a !== undefined && !isSingle(match, a)) return `"${a}" must have one element`
  if (b !== undefined && !isPerColumn(match, b)) return `"${b}" must have one element, or one per column of b`
  if (bias === undefined) return true
  const [shape, columns] = [match.view.shape(bias), match.shape('b')!.at(-1)]
  const isRow = shape?.length === 1 && typeof columns === 'number' && shape[0] === columns
  return isRow || `"${bias}" must have one element per column of b`
}

export const matmulIntegerToFloat = definePass({
  name: 'matmul-integer-to-float',
  priority: phases.fuse + 420,
  doc: 'MatMulInteger that is cast to float32 and multiplied by both scales, with or without a bias, becomes com.microsoft.MatMulIntegerToFloat.',
  pattern: [op('Add', [scaled, 'bias']), scaled],
  guards: [closed, rank('b', 2), parameters],
  build: (match, emit) => {
    const [aScale, bScale] = scalesOf(match)!
    const { value, tryValue } = match
    return emit.node(
      'MatMulIntegerToFloat',
      [value('a'), value('b'), aScale, bScale, tryValue('aZero'), tryValue('bZero'), tryValue('bias')],
      {},
      { domain: 'com.microsoft' },
    )
  },
})
