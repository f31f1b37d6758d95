import { f32, flat, i8, u8 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { qlinearAveragePool } from './qlinear-average-pool.ts'
import { qlinearGlobalAveragePool } from './qlinear-global-average-pool.ts'
import { qlinearSoftmax } from './qlinear-softmax.ts'

opTest(qlinearAveragePool, {
  cases: [
    {
      name: 'averages windows',
      inputs: {
        X: flat(
          'uint8',
          [1, 2, 4, 4],
          [
            207, 21, 45, 60, 46, 205, 222, 149, 10, 24, 85, 110, 159, 122, 67, 40, 177, 188, 8, 29, 115, 100,
            227, 132, 107, 110, 170, 150, 44, 188, 193, 244,
          ],
        ),
        x_scale: f32(0.1),
        x_zero_point: u8(100),
        y_scale: f32(0.15),
        y_zero_point: u8(90),
      },
      attrs: { kernel_shape: [2, 2], strides: [2, 2] },
      outputs: { Y: flat('uint8', [1, 2, 2, 2], [103, 103, 76, 74, 120, 89, 98, 150]) },
    },
    {
      name: 'leaves padding out',
      inputs: {
        X: flat(
          'uint8',
          [1, 2, 4, 4],
          [
            207, 21, 45, 60, 46, 205, 222, 149, 10, 24, 85, 110, 159, 122, 67, 40, 177, 188, 8, 29, 115, 100,
            227, 132, 107, 110, 170, 150, 44, 188, 193, 244,
          ],
        ),
        x_scale: f32(0.1),
        x_zero_point: u8(100),
        y_scale: f32(0.13),
        y_zero_point: u8(90),
      },
      attrs: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] },
      outputs: { Y: flat('uint8', [1, 2, 2, 2], [105, 103, 86, 101, 125, 101, 98, 142]) },
    },
    {
      name: 'counts padding, channels last',
      inputs: {
        X: flat(
          'uint8',
          [1, 4, 4, 2],
          [
            207, 177, 21, 188, 45, 8, 60, 29, 46, 115, 205, 100, 222, 227, 149, 132, 10, 107, 24, 110, 85,
            170, 110, 150, 159, 44, 122, 188, 67, 193, 40, 244,
          ],
        ),
        x_scale: f32(0.1),
        x_zero_point: u8(100),
        y_scale: f32(0.13),
        y_zero_point: u8(90),
      },
      attrs: {
        kernel_shape: [3, 3],
        pads: [1, 1, 1, 1],
        strides: [2, 2],
        count_include_pad: 1,
        channels_last: 1,
      },
      outputs: { Y: flat('uint8', [1, 2, 2, 2], [97, 105, 99, 97, 87, 95, 101, 142]) },
    },
  ],
  symbolic: [
    {
      name: 'moves channels',
      inputs: {
        X: 'uint8[N,8,8,C]',
        x_scale: 'float32[]',
        x_zero_point: 'uint8[]',
        y_scale: 'float32[]',
        y_zero_point: 'uint8[]',
      },
      attrs: { kernel_shape: [2, 2], strides: [2, 2], channels_last: 1 },
      outputs: ['uint8[N,4,4,C]'],
    },
  ],
})

opTest(qlinearGlobalAveragePool, {
  cases: [
    {
      name: 'averages channels',
      inputs: {
        X: flat(
          'uint8',
          [1, 2, 4, 4],
          [
            207, 21, 45, 60, 46, 205, 222, 149, 10, 24, 85, 110, 159, 122, 67, 40, 177, 188, 8, 29, 115, 100,
            227, 132, 107, 110, 170, 150, 44, 188, 193, 244,
          ],
        ),
        x_scale: f32(0.1),
        x_zero_point: u8(100),
        y_scale: f32(0.15),
        y_zero_point: u8(90),
      },
      outputs: { Y: flat('uint8', [1, 2, 1, 1], [89, 114]) },
    },
    {
      name: 'averages channels that are last',
      inputs: {
        X: flat(
          'uint8',
          [1, 4, 4, 2],
          [
            207, 177, 21, 188, 45, 8, 60, 29, 46, 115, 205, 100, 222, 227, 149, 132, 10, 107, 24, 110, 85,
            170, 110, 150, 159, 44, 122, 188, 67, 193, 40, 244,
          ],
        ),
        x_scale: f32(0.1),
        x_zero_point: u8(100),
        y_scale: f32(0.15),
        y_zero_point: u8(90),
      },
      attrs: { channels_last: 1 },
      outputs: { Y: flat('uint8', [1, 1, 1, 2], [89, 114]) },
    },
  ],
  symbolic: [
    {
      name: 'moves channels',
      inputs: {
        X: 'uint8[N,8,8,C]',
        x_scale: 'float32[]',
        x_zero_point: 'uint8[]',
        y_scale: 'float32[]',
        y_zero_point: 'uint8[]',
      },
      attrs: { channels_last: 1 },
      outputs: ['uint8[N,1,1,C]'],
    },
  ],
})

opTest(qlinearSoftmax, {
  cases: [
    {
      name: 'works in whole numbers',
      inputs: {
        X: u8([
          [10, 20, 30, 40],
          [0, 255, 250, 245],
        ]),
        X_scale: f32(0.1),
        x_zero_point: u8(3),
        y_scale: f32(0.00390625),
        y_zero_point: u8(0),
      },
      attrs: { opset: 15 },
      outputs: {
        Y: u8([
          [8, 22, 61, 165],
          [0, 130, 79, 48],
        ]),
      },
    },
    {
      name: 'takes an axis',
      inputs: {
        X: i8([
          [
            [-128, 5],
            [7, 9],
          ],
          [
            [1, 2],
            [3, 127],
          ],
        ]),
        X_scale: f32(0.1),
        x_zero_point: i8(3),
        y_scale: f32(0.00390625),
        y_zero_point: i8(-128),
      },
      attrs: { opset: 13, axis: 1 },
      outputs: {
        Y: i8([
          [
            [-128, -25],
            [127, 25],
          ],
          [
            [-13, -128],
            [13, 127],
          ],
        ]),
      },
    },
    {
      name: 'joins the axes before opset 13',
      inputs: {
        X: i8([
          [
            [-12, 5],
            [7, 9],
          ],
          [
            [1, 2],
            [3, 27],
          ],
        ]),
        X_scale: f32(0.1),
        x_zero_point: i8(3),
        y_scale: f32(0.005),
        y_zero_point: i8(-128),
      },
      attrs: { opset: 12, axis: 1 },
      outputs: {
        Y: i8([
          [
            [-119, -77],
            [-65, -51],
          ],
          [
            [-116, -115],
            [-113, 32],
          ],
        ]),
      },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { X: 'int8[N,3]', X_scale: 'float32[]', y_scale: 'float32[]', y_zero_point: 'int8[]' },
      attrs: { opset: 13 },
      outputs: ['int8[N,3]'],
    },
  ],
})
