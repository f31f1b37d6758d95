import { type DType, dtypeInfo, integerRange } from '../../base/dtype.ts'
import { definePass } from '../define.ts'
import { op } from '../pattern.ts'

/** Whole numbers up to this are exact in each floating-point type. */
const exactIntegers: Partial<Record<DType, number>> = {
  bfloat16: 2 ** 8,
  float16: 2 ** 11,
  float32: 2 ** 24,
  float64: 2 ** 53,
}
const wider: Partial<Record<DType, readonly DType[]>> = {
  float16: ['float32', 'float64'],
  bfloat16: ['float32', 'float64'],
  float32: ['float64'],
}

/** True where every value of one type is a value of the other. */
function holdsAll(from: DType, to: DType): boolean {
  const [source, target] = [dtypeInfo(from).kind, dtypeInfo(to).kind]
  if (from === to) return true
  if (source === 'float') return wider[from]?.includes(to) ?? false
  if (source === 'bool') return target === 'int' || target === 'uint' || to in exactIntegers
  if (source !== 'int' && source !== 'uint') return false
  const [low, high] = integerRange(from)
  const most = exactIntegers[to]
  if (most !== undefined) return high <= BigInt(most) && low >= -BigInt(most)
  if (target !== 'int' && target !== 'uint') return false
  const [least, greatest] = integerRange(to)
  return least <= low && high <= greatest
}

export const castCast = definePass({
  name: 'cast-cast',
  priority: 200,
  doc: 'A Cast that loses nothing is skipped by the Cast after it.',
  pattern: op('Cast', [op('Cast', ['x'])], { as: 'outer' }),
  guards: [
    ({ dtype, view, node }) => {
      const [from, to] = [dtype('x'), view.dtype(node('outer').inputs[0]!)]
      return (
        (from !== undefined && to !== undefined && holdsAll(from, to)) ||
        `the first Cast must lose nothing, from ${from} to ${to}`
      )
    },
  ],
  build: ({ node, value }, emit) => emit.again(node('outer'), [value('x')]),
})
