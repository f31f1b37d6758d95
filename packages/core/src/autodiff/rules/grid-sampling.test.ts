import { gridSample as contribGridSample } from '../../ops/contrib/grid-sample.ts'
import { gridSample } from '../../ops/grid-sample.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

const X = spread([2, 3, 4, 5])
const inside = spread([2, 2, 3, 2], { low: -0.94, high: 0.97 })
const beyond = spread([2, 3, 3, 2], { low: -2.23, high: 2.61 })
const line = { X: spread([1, 2, 6]), grid: spread([1, 7, 1], { low: -1.43, high: 1.51 }) }

gradTest(gridSample, [
  { name: 'linear, inside', inputs: { X, grid: inside } },
  ...(['zeros', 'border', 'reflection'] as const).flatMap((padding_mode) =>
    [0, 1].flatMap((align_corners) => [
      {
        name: `linear, ${padding_mode} beyond, align_corners ${align_corners}`,
        inputs: { X, grid: beyond },
        attrs: { padding_mode, align_corners },
        tolerance: 1e-3,
      },
      {
        name: `nearest, ${padding_mode} beyond, align_corners ${align_corners}`,
        inputs: { X, grid: beyond },
        attrs: { mode: 'nearest', padding_mode, align_corners },
      },
    ]),
  ),
  { name: 'a line', inputs: line },
  {
    name: 'a volume',
    inputs: { X: spread([1, 2, 2, 3, 4]), grid: spread([1, 2, 2, 2, 3], { low: -1.2, high: 1.13 }) },
  },
])
gradTest(contribGridSample, [{ name: 'bilinear', inputs: { X, Grid: inside }, attrs: { mode: 'bilinear' } }])
