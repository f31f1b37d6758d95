import { clip } from '../../ops/clip.ts'
import { max } from '../../ops/max.ts'
import { mean } from '../../ops/mean.ts'
import { min } from '../../ops/min.ts'
import { pow } from '../../ops/pow.ts'
import { sum } from '../../ops/sum.ts'
import { where } from '../../ops/where.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { bool, f64, i64 } from '../../testing/literals.ts'

const lists = [
  { name: 'one', inputs: { data_0: [spread([2, 3])] } },
  { name: 'two of one shape', inputs: { data_0: [spread([2, 3]), spread([2, 3], { low: -1.3 })] } },
  {
    name: 'three that broadcast',
    inputs: { data_0: [spread([2, 3]), spread([3], { low: -1 }), spread([2, 1], { high: 1 })] },
  },
]

gradTest(max, lists)
gradTest(min, lists)
gradTest(sum, lists)
gradTest(mean, lists)
gradTest(where, [
  { name: 'broadcast', inputs: { condition: bool([[true], [false]]), X: spread([3]), Y: spread([2, 3]) } },
])
gradTest(clip, [
  { name: 'no limit', inputs: { input: spread([7]) } },
  { name: 'both limits', inputs: { input: spread([3, 7]), min: f64(-0.51), max: f64(0.49) } },
  { name: 'the lower one', inputs: { input: spread([7]), min: f64(0.1) } },
  { name: 'the upper one', inputs: { input: spread([7]), max: f64(0.1) } },
])
gradTest(pow, [
  { name: 'squares', inputs: { X: spread([3, 5]), Y: i64(2) } },
  { name: 'any powers of positive numbers', inputs: { X: spread([3, 5], { low: 0.3 }), Y: spread([5]) } },
  { name: 'a number to powers', inputs: { X: f64(1.7), Y: spread([2, 3]) } },
])
