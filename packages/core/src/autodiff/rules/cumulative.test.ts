import { cumProd } from '../../ops/cum-prod.ts'
import { cumSum } from '../../ops/cum-sum.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { f64, i64 } from '../../testing/literals.ts'

const ways = [0, 1].flatMap((reverse) =>
  [0, 1].map((exclusive) => ({
    name: `reverse ${reverse}, exclusive ${exclusive}`,
    attrs: { reverse, exclusive },
  })),
)

gradTest(
  cumSum,
  ways.map((way) => ({ ...way, inputs: { x: spread([3, 4, 5]), axis: i64(1) } })),
)
gradTest(
  cumProd,
  ways.flatMap(({ name, attrs }) => [
    { name, attrs, inputs: { x: spread([3, 4, 5]), axis: i64(-2) } },
    {
      name: `${name}, with zeros`,
      attrs,
      inputs: {
        x: f64([
          [2, 0, 3, 0.5, 0, 1],
          [1, 2, 3, 0.5, 0.7, 0],
          [0, 0, 2, 3, 1, 2],
        ]),
        axis: i64(1),
      },
    },
  ]),
)
