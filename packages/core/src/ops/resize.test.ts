import { f32, flat, i64, str, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { resize } from './resize.ts'

const row = f32([[1, 2, 3, 4]])
const to = (length: number) => i64([1, length])
const by = (scale: number) => f32([1, scale])
const mode = (coordinate_transformation_mode: string) => ({ mode: 'linear', coordinate_transformation_mode })

opTest(resize, {
  cases: [
    {
      name: 'repeats elements',
      inputs: { X: f32([[1, 2]]), scales: by(2) },
      outputs: { Y: f32([[1, 1, 2, 2]]) },
    },
    {
      name: 'rounds the output size of scales down',
      inputs: { X: row, scales: by(0.7) },
      outputs: { Y: f32([[1, 3]]) },
    },
    {
      name: 'takes the left of two equally near elements',
      inputs: { X: row, sizes: to(2) },
      outputs: { Y: f32([[1, 3]]) },
    },
    ...[
      ['round_prefer_ceil', [2, 4]],
      ['floor', [1, 3]],
      ['ceil', [2, 4]],
    ].map(([nearest_mode, expected]) => ({
      name: `nearest_mode ${nearest_mode}`,
      inputs: { X: row, sizes: to(2) },
      attrs: { nearest_mode: String(nearest_mode) },
      outputs: { Y: f32([expected as number[]]) }, // the second entry of each pair
    })),
    ...(
      [
        ['half_pixel', 2, [1.5, 3.5]],
        ['asymmetric', 2, [1, 3]],
        ['align_corners', 2, [1, 4]],
        ['pytorch_half_pixel', 1, [1]],
        ['half_pixel', 1, [2.5]],
      ] as const
    ).map(([coordinates, length, expected]) => ({
      name: `${coordinates} to ${length}`,
      inputs: { X: row, sizes: to(length) },
      attrs: mode(coordinates),
      outputs: { Y: f32([expected]) },
    })),
    {
      name: 'half_pixel_symmetric centres a fractional length',
      inputs: { X: row, scales: by(0.625) },
      attrs: mode('half_pixel_symmetric'),
      outputs: { Y: f32([[1.7, 3.3]]) },
    },
    {
      name: 'crops and extrapolates',
      inputs: { X: row, roi: f32([0, 0.5, 1, 1.5]), sizes: to(3) },
      attrs: { ...mode('tf_crop_and_resize'), extrapolation_value: { kind: 'float', value: -1 } },
      outputs: { Y: f32([[2.5, 4, -1]]) },
    },
    {
      name: 'interpolates cubically',
      inputs: { X: row, sizes: to(2) },
      attrs: { mode: 'cubic' },
      outputs: { Y: f32([[1.40625, 3.59375]]) },
    },
    {
      name: 'leaves out what is outside on demand',
      inputs: { X: row, sizes: to(2) },
      attrs: { mode: 'cubic', exclude_outside: 1 },
      outputs: { Y: f32([[1.37142861, 3.62857139]]) },
    },
    {
      name: 'antialiases',
      inputs: { X: f32([[0, 0, 0, 8]]), sizes: to(2) },
      attrs: { mode: 'linear', antialias: 1 },
      outputs: { Y: f32([[0, 4]]) },
    },
    {
      name: 'takes axes in any order, empty roi and scales',
      inputs: { X: f32([[1, 2]]), roi: f32([]), scales: f32([]), sizes: i64([4, 2]) },
      attrs: { axes: [-1, 0] },
      outputs: {
        Y: f32([
          [1, 1, 2, 2],
          [1, 1, 2, 2],
        ]),
      },
    },
    {
      name: 'keeps the aspect ratio below the sizes',
      inputs: { X: flat('float32', [2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), sizes: i64([2, 2]) },
      attrs: { keep_aspect_ratio_policy: 'not_larger', coordinate_transformation_mode: 'asymmetric' },
      outputs: { Y: f32([[1, 3]]) },
    },
    {
      name: 'keeps the aspect ratio above the sizes',
      inputs: { X: f32([[1, 2]]), sizes: i64([2, 2]) },
      attrs: { keep_aspect_ratio_policy: 'not_smaller' },
      outputs: {
        Y: f32([
          [1, 1, 2, 2],
          [1, 1, 2, 2],
        ]),
      },
    },
    {
      name: 'rounds and bounds integers',
      inputs: { X: u8([[0, 255, 255, 0]]), sizes: to(8) },
      attrs: { mode: 'cubic' },
      outputs: { Y: u8([[0, 58, 197, 255, 255, 197, 58, 0]]) },
    },
    {
      name: 'moves strings',
      inputs: { X: str(['a', 'b']), sizes: i64([3]) },
      outputs: { Y: str(['a', 'a', 'b']) },
    },
  ],
  symbolic: [
    {
      name: 'doubles names and halves others',
      inputs: { X: 'float32[N,C,H,W]', scales: f32([1, 1, 2, 0.5]) },
      outputs: ['float32[N,C,2*H,floor((W)/(2))]'],
    },
    {
      name: 'takes sizes',
      inputs: { X: 'float32[N,H,W]', sizes: i64([7, 9]) },
      attrs: { axes: [1, 2] },
      outputs: ['float32[N,7,9]'],
    },
    {
      name: 'knows the rank where scales are not known',
      inputs: { X: 'float32[N,H]', scales: 'float32[2]' },
      outputs: ['float32[node.resized,node.resized1]'],
    },
  ],
  random: (g) => ({
    inputs: {
      X: g.tensor('float32', [g.int(1, 2), g.int(1, 5), g.int(1, 5)]),
      sizes: i64([g.int(1, 7), g.int(1, 7)]),
    },
    attrs: {
      axes: [1, 2],
      mode: g.oneOf(['nearest', 'linear', 'cubic']),
      antialias: g.int(0, 1),
      coordinate_transformation_mode: g.oneOf([
        'half_pixel',
        'asymmetric',
        'align_corners',
        'tf_crop_and_resize',
      ]),
      keep_aspect_ratio_policy: g.oneOf(['stretch', 'not_larger', 'not_smaller']),
    },
  }),
  invalid: [
    {
      name: 'scales and sizes together',
      inputs: { X: row, scales: by(1), sizes: to(4) },
      code: 'SLP-O2',
      message: 'exactly one of scales and sizes must be given, got "both"',
    },
    {
      name: 'a scale of zero',
      inputs: { X: row, scales: by(0) },
      code: 'SLP-O2',
      message: 'must be positive, got 0',
    },
    {
      name: 'a missing size',
      inputs: { X: row, sizes: i64([1]) },
      code: 'SLP-O2',
      message: 'must have 2 elements, got 1',
    },
    {
      name: 'strings between strings',
      inputs: { X: str(['a']), sizes: i64([2]) },
      attrs: { mode: 'linear' },
      code: 'SLP-O2',
      message: 'strings need the mode nearest',
    },
  ],
})
