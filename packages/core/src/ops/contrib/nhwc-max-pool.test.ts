import { flat } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { nhwcMaxPool } from './nhwc-max-pool.ts'

opTest(nhwcMaxPool, {
  cases: [
    {
      name: 'pools before the channels',
      inputs: {
        x: flat(
          'uint8',
          [1, 4, 4, 2],
          [
            76, 71, 57, 99, 76, 74, 52, 49, 70, 97, 67, 12, 79, 95, 30, 50, 87, 48, 22, 84, 2, 60, 45, 82, 15,
            36, 64, 55, 88, 64, 53, 23,
          ],
        ),
      },
      attrs: { kernel_shape: [2, 2], strides: [2, 2] },
      outputs: { y: flat('uint8', [1, 2, 2, 2], [76, 99, 79, 95, 87, 84, 88, 82]) },
    },
  ],
  symbolic: [
    {
      name: 'follows the sizes',
      inputs: { x: 'int8[N,8,8,C]' },
      attrs: { kernel_shape: [2, 2] },
      outputs: ['int8[N,7,7,C]'],
    },
  ],
})
