import { einsum } from '../../ops/einsum.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

const of = (equation: string, ...shapes: readonly (readonly number[])[]) => ({
  name: equation,
  inputs: { Inputs: shapes.map((shape, i) => spread(shape, { low: -1.5 + 0.1 * i })) },
  attrs: { equation },
})

gradTest(einsum, [
  of('ij,jk->ik', [3, 4], [4, 5]),
  of('bqd,bkd->bqk', [2, 3, 4], [2, 5, 4]),
  of('bhqk,bhkd->bqhd', [2, 2, 3, 4], [2, 2, 4, 3]),
  of('ij->ji', [3, 4]),
  of('ij->i', [3, 4]),
  of('ij->', [3, 4]),
  of('ii->i', [4, 4]),
  of('ii', [4, 4]),
  of('iji->ij', [3, 4, 3]),
  of('i,j->ij', [3], [4]),
  of('i,ij,j->', [3], [3, 4], [4]),
  of('ij,ik->k', [3, 4], [3, 2]),
  of('...ij,...jk->...ik', [2, 3, 4], [5, 2, 4, 3]),
  of('...i,i', [2, 3], [3]),
  of('bi,bj->bij', [1, 3], [4, 2]),
])
