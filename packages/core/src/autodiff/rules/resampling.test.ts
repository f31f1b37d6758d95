import { resize } from '../../ops/resize.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { f32, f64, i64 } from '../../testing/literals.ts'

const X = spread([1, 2, 3, 5])
const doubled = f32([1, 1, 2, 2])
const uneven = i64([1, 2, 7, 4])
gradTest(resize, [
  { name: 'nearest, doubled', inputs: { X, scales: doubled }, known: ['scales'] },
  { name: 'linear, doubled', inputs: { X, scales: doubled }, known: ['scales'], attrs: { mode: 'linear' } },
  { name: 'cubic, to sizes', inputs: { X, sizes: uneven }, attrs: { mode: 'cubic', cubic_coeff_a: -0.5 } },
  {
    name: 'nearest, asymmetric, by a fraction',
    inputs: { X, scales: f32([1, 1, 1.7, 0.6]) },
    known: ['scales'],
    attrs: { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  },
  {
    name: 'linear, smaller, smoothed',
    inputs: { X, sizes: i64([2, 3]) },
    attrs: { mode: 'linear', antialias: 1, axes: [2, 3] },
  },
  {
    name: 'linear, corners aligned, channels too',
    inputs: { X, sizes: i64([3, 7, 4]) },
    attrs: { mode: 'linear', coordinate_transformation_mode: 'align_corners', axes: [1, -2, -1] },
  },
  {
    name: 'a part, and beyond',
    inputs: { X, roi: f64([0.2, -0.3, 0.8, 1.2]), sizes: i64([4, 6]) },
    known: ['roi'],
    attrs: {
      mode: 'linear',
      coordinate_transformation_mode: 'tf_crop_and_resize',
      extrapolation_value: 0.5,
      axes: [2, 3],
    },
  },
])
