import { describe } from 'vitest'
import { flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { squeeze } from './squeeze.ts'
import { unsqueeze } from './unsqueeze.ts'

const list = [1, 0, 1]
const of = (...shape: number[]) => flat('float32', shape, list)

describe('axes of size 1', () => {
  opTest(squeeze, {
    cases: [
      { name: 'one axis', inputs: { data: of(1, 3, 1), axes: i64([0]) }, outputs: { squeezed: of(3, 1) } },
      { name: 'every axis', inputs: { data: of(1, 3, 1) }, outputs: { squeezed: of(3) } },
      {
        name: 'from the end',
        inputs: { data: of(1, 3, 1), axes: i64([-1, 0]) },
        outputs: { squeezed: of(3) },
      },
      {
        name: 'no axis',
        inputs: { data: of(3, 1), axes: flat('int64', [0], []) },
        outputs: { squeezed: of(3, 1) },
      },
    ],
    symbolic: [
      { name: 'a name', inputs: { data: 'int8[N,1]', axes: i64([1]) }, outputs: ['int8[N]'] },
      { name: 'unknown axes', inputs: { data: 'int8[N,1]', axes: 'int64[1]' }, outputs: ['int8[node.size]'] },
      { name: 'a name that may be 1', inputs: { data: 'int8[N,1]' }, outputs: ['int8[*]'] },
    ],
    invalid: [
      {
        name: 'a longer axis',
        inputs: { data: of(3), axes: i64([0]) },
        code: 'SLP-O2',
        message: 'axis 0 must have size 1, got 3',
      },
      {
        name: 'an axis twice',
        inputs: { data: of(1, 3), axes: i64([0, -2]) },
        code: 'SLP-O2',
        message: 'axes must not repeat',
      },
    ],
  })
  opTest(unsqueeze, {
    cases: [
      { name: 'one axis', inputs: { data: of(3), axes: i64([1]) }, outputs: { expanded: of(3, 1) } },
      { name: 'any order', inputs: { data: of(3), axes: i64([2, 0]) }, outputs: { expanded: of(1, 3, 1) } },
      { name: 'from the end', inputs: { data: of(3), axes: i64([-1]) }, outputs: { expanded: of(3, 1) } },
      { name: 'a scalar as list', inputs: { data: of(3), axes: i64(0) }, outputs: { expanded: of(1, 3) } },
    ],
    symbolic: [
      { name: 'a name', inputs: { data: 'int8[N]', axes: i64([0]) }, outputs: ['int8[1,N]'] },
      { name: 'unknown axes', inputs: { data: 'int8[]', axes: 'int64[1]' }, outputs: ['int8[node.size]'] },
      { name: 'unknown rank', inputs: { data: 'int8[*]', axes: i64([0]) }, outputs: ['int8[*]'] },
    ],
    invalid: [
      {
        name: 'an axis twice',
        inputs: { data: of(3), axes: i64([0, -3]) },
        code: 'SLP-O2',
        message: 'axes must not repeat',
      },
      {
        name: 'an axis outside',
        inputs: { data: of(3), axes: i64([2]) },
        code: 'SLP-O2',
        message: 'it must lie in [-2, 1], got 2',
      },
    ],
  })
})
