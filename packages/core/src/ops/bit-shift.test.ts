import { f32, flat, i8, i64, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { bitShift } from './bit-shift.ts'

const top = 2n ** 63n

opTest(bitShift, {
  cases: [
    {
      name: 'shifts left with broadcasting',
      inputs: { X: u8([[1], [3]]), Y: u8([1, 7]) },
      attrs: { direction: 'LEFT' },
      outputs: {
        Z: u8([
          [2, 128],
          [6, 128],
        ]),
      },
    },
    {
      name: 'shifts right',
      inputs: { X: u8([16, 255]), Y: u8([4, 7]) },
      attrs: { direction: 'RIGHT' },
      outputs: { Z: u8([1, 1]) },
    },
    {
      name: 'keeps the sign to the right',
      inputs: { X: i8([-128, -1, 64]), Y: i8([3, 5, 6]) },
      attrs: { direction: 'RIGHT' },
      outputs: { Z: i8([-16, -1, 1]) },
    },
    {
      name: 'moves bits past the sign to the left',
      inputs: { X: i8([64, -1, 3]), Y: i8([1, 7, 7]) },
      attrs: { direction: 'LEFT' },
      outputs: { Z: i8([-128, -128, -128]) },
    },
    {
      name: 'shifts every bit out to the right',
      inputs: { X: i8([-3, 3, -3, 3]), Y: i8([8, 8, -1, -1]) },
      attrs: { direction: 'RIGHT' },
      outputs: { Z: i8([-1, 0, -1, 0]) },
    },
    {
      name: 'shifts every bit out to the left',
      inputs: { X: i8([-3, 3, -3]), Y: i8([8, 100, -1]) },
      attrs: { direction: 'LEFT' },
      outputs: { Z: i8([0, 0, 0]) },
    },
    {
      name: 'shifts int64 right',
      inputs: { X: i64([-top, -5, 5, -5]), Y: i64([63, 1, 64, top - 1n]) },
      attrs: { direction: 'RIGHT' },
      outputs: { Z: i64([-1, -3, 0, -1]) },
    },
    {
      name: 'shifts int64 left',
      inputs: { X: i64([1, 3, 1, 1]), Y: i64([63, 63, 64, -1]) },
      attrs: { direction: 'LEFT' },
      outputs: { Z: i64([-top, -top, 0, 0]) },
    },
    {
      name: 'shifts wide uint32',
      inputs: { X: flat('uint32', [2], [4294967295, 4294967295]), Y: flat('uint32', [2], [31, 32]) },
      attrs: { direction: 'LEFT' },
      outputs: { Z: flat('uint32', [2], [2147483648, 0]) },
    },
    {
      name: 'shifts wide uint64',
      inputs: { X: flat('uint64', [2], [top, top]), Y: flat('uint64', [2], [63, top]) },
      attrs: { direction: 'RIGHT' },
      outputs: { Z: flat('uint64', [2], [1, 0]) },
    },
  ],
  symbolic: [
    {
      name: 'broadcasts',
      inputs: { X: 'uint8[N,1]', Y: 'uint8[3]' },
      attrs: { direction: 'LEFT' },
      outputs: ['uint8[N,3]'],
    },
  ],
  invalid: [
    {
      name: 'no direction',
      inputs: { X: u8([1]), Y: u8([1]) },
      code: 'SLP-O1',
      message: 'attribute direction: it is required',
    },
    {
      name: 'another direction',
      inputs: { X: u8([1]), Y: u8([1]) },
      attrs: { direction: 'UP' },
      code: 'SLP-O1',
      message: 'attribute direction: it must be one of LEFT, RIGHT, got string UP',
    },
    {
      name: 'floats',
      inputs: { X: f32([1]), Y: f32([1]) },
      attrs: { direction: 'LEFT' },
      code: 'SLP-O2',
      message: 'X must be one of',
    },
  ],
})
