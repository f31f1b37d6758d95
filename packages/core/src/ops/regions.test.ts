import { f32, flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { maxRoiPool } from './max-roi-pool.ts'
import { nonMaxSuppression } from './non-max-suppression.ts'
import { roiAlign } from './roi-align.ts'

const ramp = flat(
  'float32',
  [1, 1, 4, 4],
  Array.from({ length: 16 }, (_, i) => i),
)

opTest(roiAlign, {
  cases: [
    {
      name: 'samples the centre of each bin',
      inputs: { X: ramp, rois: f32([[0.5, 0.5, 2.5, 2.5]]), batch_indices: i64([0]) },
      attrs: { output_height: 2, output_width: 2, sampling_ratio: 1 },
      outputs: { Y: flat('float32', [1, 1, 2, 2], [2.5, 3.5, 6.5, 7.5]) },
    },
    {
      name: 'averages as many samples as elements, without the shift',
      inputs: { X: ramp, rois: f32([[0, 0, 2, 2]]), batch_indices: i64([0]) },
      attrs: { coordinate_transformation_mode: 'output_half_pixel' },
      outputs: { Y: flat('float32', [1, 1, 1, 1], [5]) },
    },
    {
      name: 'takes the largest weighted corner',
      inputs: { X: ramp, rois: f32([[1, 1, 3, 3]]), batch_indices: i64([0]) },
      attrs: { mode: 'max', sampling_ratio: 1 },
      outputs: { Y: flat('float32', [1, 1, 1, 1], [2.5]) },
    },
    {
      name: 'gives 0 outside the image',
      inputs: { X: ramp, rois: f32([[8, 8, 9, 9]]), batch_indices: i64([0]) },
      outputs: { Y: flat('float32', [1, 1, 1, 1], [0]) },
    },
  ],
  symbolic: [
    {
      name: 'has a row per region',
      inputs: { X: 'float32[N,C,H,W]', rois: 'float32[R,4]', batch_indices: 'int64[R]' },
      attrs: { output_height: 7, output_width: 5 },
      outputs: ['float32[R,C,7,5]'],
    },
  ],
  invalid: [
    {
      name: 'an image that is not there',
      inputs: { X: ramp, rois: f32([[0, 0, 1, 1]]), batch_indices: i64([1]) },
      code: 'SLP-O4',
      message: 'batch_indices must lie in [0, 0], got 1',
    },
  ],
})

opTest(maxRoiPool, {
  cases: [
    {
      name: 'takes the maximum of each bin, corners included',
      inputs: { X: ramp, rois: f32([[0, 0, 0, 2, 2]]) },
      attrs: { pooled_shape: [2, 1] },
      outputs: { Y: flat('float32', [1, 1, 2, 1], [6, 10]) },
    },
    {
      name: 'scales and rounds, and gives 0 outside',
      inputs: {
        X: ramp,
        rois: f32([
          [0, 5, 5, 5, 5],
          [0, 20, 20, 30, 30],
        ]),
      },
      attrs: { pooled_shape: [1, 1], spatial_scale: 0.5 },
      outputs: { Y: flat('float32', [2, 1, 1, 1], [15, 0]) },
    },
  ],
  symbolic: [
    {
      name: 'has a row per region',
      inputs: { X: 'float32[N,C,H,W]', rois: 'float32[R,5]' },
      attrs: { pooled_shape: [7, 5] },
      outputs: ['float32[R,C,7,5]'],
    },
  ],
  invalid: [
    {
      name: 'an image that is not there',
      inputs: { X: ramp, rois: f32([[1, 0, 0, 1, 1]]) },
      attrs: { pooled_shape: [1, 1] },
      code: 'SLP-O4',
      message: 'rois must name an image below 1, got 1',
    },
  ],
})

const boxes = f32([
  [
    [0, 0, 1, 1],
    [1.1, 1, 0.1, 0],
    [0, 5, 1, 6],
  ],
])
const limits = { max_output_boxes_per_class: i64(3), iou_threshold: f32(0.5) }

opTest(nonMaxSuppression, {
  cases: [
    {
      name: 'drops what overlaps a better box, whatever the corner order',
      inputs: { boxes, scores: f32([[[0.5, 0.9, 0.7]]]), ...limits },
      outputs: {
        selected_indices: i64([
          [0, 0, 1],
          [0, 0, 2],
        ]),
      },
    },
    {
      name: 'keeps the order of equal scores and stops at the limit',
      inputs: { boxes, scores: f32([[[1, 1, 1]]]), ...limits, max_output_boxes_per_class: i64([1]) },
      outputs: { selected_indices: i64([[0, 0, 0]]) },
    },
    {
      name: 'wants scores above the threshold',
      inputs: { boxes, scores: f32([[[0.5, 0.9, 0.7]]]), ...limits, score_threshold: f32(0.75) },
      outputs: { selected_indices: i64([[0, 0, 1]]) },
    },
    {
      name: 'reads centres and sizes',
      inputs: {
        boxes: f32([
          [
            [0, 0, 2, 2],
            [0.5, 0, 2, 2],
            [2, 0, 2, 2],
          ],
        ]),
        scores: f32([[[3, 2, 1]]]),
        ...limits,
      },
      attrs: { center_point_box: 1 },
      outputs: {
        selected_indices: i64([
          [0, 0, 0],
          [0, 0, 2],
        ]),
      },
    },
    {
      name: 'selects nothing unless told how many',
      inputs: { boxes, scores: f32([[[1, 1, 1]]]) },
      outputs: { selected_indices: flat('int64', [0, 3], []) },
    },
  ],
  symbolic: [
    {
      name: 'cannot know how many',
      inputs: { boxes: 'float32[N,B,4]', scores: 'float32[N,C,B]' },
      outputs: ['int64[node.selected,3]'],
    },
  ],
  invalid: [
    {
      name: 'scores of other boxes',
      inputs: { boxes, scores: f32([[[1]]]) },
      code: 'SLP-O2',
      message: 'size 2 of scores must be 3, got 1',
    },
  ],
})
