import { gemm } from '../../ops/gemm.ts'
import { matmul } from '../../ops/matmul.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

const pair = (name: string, a: readonly number[], b: readonly number[]) => ({
  name,
  inputs: { A: spread(a), B: spread(b, { low: -1.2, high: 1.3 }) },
})

gradTest(matmul, [
  pair('matrices', [3, 5], [5, 7]),
  pair('vectors', [5], [5]),
  pair('a row', [5], [5, 3]),
  pair('a column', [3, 5], [5]),
  pair('a row before a batch', [5], [2, 5, 3]),
  pair('a batch before a column', [2, 3, 5], [5]),
  pair('a batch before one matrix', [2, 3, 5], [5, 4]),
  pair('one matrix before a batch', [3, 5], [2, 5, 4]),
  pair('batches', [2, 3, 5], [2, 5, 4]),
  pair('batches that broadcast', [2, 1, 3, 5], [3, 5, 4]),
])

const square = { A: spread([3, 5]), B: spread([5, 4]), C: spread([4]) }
gradTest(gemm, [
  { name: 'plain', inputs: square },
  { name: 'without C', inputs: { A: square.A, B: square.B } },
  { name: 'A turned', inputs: { ...square, A: spread([5, 3]) }, attrs: { transA: 1 } },
  { name: 'B turned', inputs: { ...square, B: spread([4, 5]), C: spread([3, 1]) }, attrs: { transB: 1 } },
  {
    name: 'both turned and scaled',
    inputs: { A: spread([5, 3]), B: spread([4, 5]), C: spread([]) },
    attrs: { transA: 1, transB: 1, alpha: 0.5, beta: 1.5 },
  },
])
