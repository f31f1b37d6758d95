import { dtypeInfo } from '../base/dtype.ts'
import { bool, f32, f64, flat, i32, i64, of, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { cast } from './cast.ts'

const to = (dtype: Parameters<typeof dtypeInfo>[0]) => ({ to: dtypeInfo(dtype).code })
const inf = Number.POSITIVE_INFINITY
const nan = Number.NaN

opTest(cast, {
  cases: [
    {
      name: 'keeps ones',
      inputs: { input: f32([[1, 1]]) },
      attrs: to('int8'),
      outputs: { output: of('int8', [[1, 1]]) },
    },
    {
      name: 'truncates floats and wraps around',
      inputs: { input: f32([-1.7, 1.7, 300, -1, nan, inf]) },
      attrs: to('uint8'),
      outputs: { output: of('uint8', [255, 1, 44, 255, 0, 0]) },
    },
    {
      name: 'wraps floats into int4',
      inputs: { input: f32([-9, 8, 7, -8]) },
      attrs: to('int4'),
      outputs: { output: of('int4', [7, -8, 7, -8]) },
    },
    {
      name: 'drops the high bits of integers',
      inputs: { input: i64([200n, 2n ** 40n + 5n, -1n]) },
      attrs: to('int8'),
      outputs: { output: of('int8', [-56, 5, -1]) },
    },
    {
      name: 'makes NaN and everything but zero true',
      inputs: { input: f32([0, -0, 0.5, nan]) },
      attrs: to('bool'),
      outputs: { output: bool([false, false, true, true]) },
    },
    {
      name: 'rounds 64-bit integers to float32 once',
      inputs: { input: i64([2n ** 62n + 2n ** 38n + 1n]) },
      attrs: to('float32'),
      outputs: { output: f32([2 ** 62 + 2 ** 39]) },
      tolerance: { relative: 0, absolute: 0 },
    },
    {
      name: 'saturates float8 by default',
      inputs: { input: f32([1000, -inf, nan, 17]) },
      attrs: to('float8e4m3fn'),
      outputs: { output: of('float8e4m3fn', [448, -448, nan, 16]) },
    },
    {
      name: 'overflows float8 with saturate=0',
      inputs: { input: f32([1e6, -inf, 1]) },
      attrs: { ...to('float8e5m2'), saturate: 0 },
      outputs: { output: of('float8e5m2', [inf, -inf, 1]) },
    },
    {
      name: 'rounds float8e8m0 up by default',
      inputs: { input: f32([0, 1.1, 2, inf]) },
      attrs: to('float8e8m0'),
      outputs: { output: f8e8m0([2 ** -127, 2, 2, 2 ** 127]) },
    },
    {
      name: 'rounds float8e8m0 down',
      inputs: { input: f32([1.9, 2]) },
      attrs: { ...to('float8e8m0'), round_mode: 'down' },
      outputs: { output: f8e8m0([1, 2]) },
    },
    {
      name: 'saturates float6 and float4, which have no infinity',
      inputs: { input: f64([100, -inf, 0.3]) },
      attrs: to('float6e2m3'),
      outputs: { output: of('float6e2m3', [7.5, -7.5, 0.25]) },
    },
    {
      name: 'overflows to infinity in the IEEE types',
      inputs: { input: f64([1e300, -70000]) },
      attrs: to('float16'),
      outputs: { output: of('float16', [inf, -inf]) },
    },
    {
      name: 'prints floats with the fewest digits that read back the same',
      inputs: { input: f32([0.1, 5, 16777216, -0, nan, inf, -inf, 1e-7]) },
      attrs: to('string'),
      outputs: { output: str(['0.1', '5', '16777216', '-0', 'NaN', 'INF', '-INF', '1e-7']) },
    },
    {
      name: 'prints float16 with the digits of float16',
      inputs: { input: of('float16', [0.1, 3.140625]) },
      attrs: to('string'),
      outputs: { output: str(['0.1', '3.14']) },
    },
    {
      name: 'prints floats of 8 bits exactly, as onnxruntime does',
      inputs: { input: of('float8e5m2', [96, -1.25, 57344]) },
      attrs: to('string'),
      outputs: { output: str(['96', '-1.25', '57344']) },
    },
    {
      name: 'prints integers and booleans',
      inputs: { input: i64([-(2n ** 63n), 7n]) },
      attrs: to('string'),
      outputs: { output: str(['-9223372036854775808', '7']) },
    },
    {
      name: 'reads decimals and special values',
      inputs: { input: str(['3.14', ' 1e-5', '1E8', '+inf', '-INF', 'nan', '.5']) },
      attrs: to('float32'),
      outputs: { output: f32([3.14, 1e-5, 1e8, inf, -inf, nan, 0.5]) },
    },
    {
      name: 'reads 64-bit integers in full',
      inputs: { input: str(['9223372036854775807', '-7', '100.5']) },
      attrs: to('int64'),
      outputs: { output: i64([2n ** 63n - 1n, -7n, 100n]) },
    },
    {
      name: 'keeps strings',
      inputs: { input: str(['a']) },
      attrs: to('string'),
      outputs: { output: str(['a']) },
    },
    {
      name: 'keeps empty tensors',
      inputs: { input: flat('float32', [0, 2], []) },
      attrs: to('int64'),
      outputs: { output: flat('int64', [0, 2], []) },
    },
  ],
  symbolic: [
    {
      name: 'hands tracked elements on',
      inputs: { input: 'int64[2]{N,-1}' },
      attrs: to('int32'),
      outputs: ['int32[2]{N,-1}'],
    },
    {
      name: 'tells the truth of tracked elements',
      inputs: { input: 'int64[2]{N,0}' },
      attrs: to('bool'),
      outputs: ['bool[2]{1,0}'],
    },
    {
      name: 'drops elements that would wrap around',
      inputs: { input: 'int64[1]{4294967296}' },
      attrs: to('int32'),
      outputs: ['int32[1]{?}'],
    },
    { name: 'keeps the shape', inputs: { input: 'float32[N,3]' }, attrs: to('int4'), outputs: ['int4[N,3]'] },
    {
      name: 'keeps an unknown rank',
      inputs: { input: 'bool[*]' },
      attrs: to('string'),
      outputs: ['string[*]'],
    },
  ],
  random: (g) => ({
    inputs: { input: g.tensor('float32', g.shape(), { finite: false }) },
    attrs: to(
      g.oneOf(['int2', 'uint4', 'int64', 'bfloat16', 'float4e2m1', 'float8e5m2fnuz', 'string'] as const),
    ),
  }),
  invalid: [
    {
      name: 'an unknown type',
      inputs: { input: i32([1]) },
      attrs: { to: 99 },
      code: 'SLP-O1',
      message: 'attribute to: it must be the code of one of',
    },
    {
      name: 'a complex target',
      inputs: { input: i32([1]) },
      attrs: to('complex64'),
      code: 'SLP-O1',
      message: 'got complex64',
    },
    {
      name: 'text that is no number',
      inputs: { input: str(['Hello']) },
      attrs: to('float32'),
      code: 'SLP-O4',
      message: 'must spell a number, such as 3.14, 1e-5, INF or NaN, got "Hello"',
    },
    {
      name: 'an unknown round_mode',
      inputs: { input: f32([1]) },
      attrs: { ...to('float8e8m0'), round_mode: 'odd' },
      code: 'SLP-O1',
      message: 'one of up, down, nearest',
    },
  ],
})

function f8e8m0(list: readonly number[]) {
  return of('float8e8m0', list)
}
