import { f32, flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { shape } from './shape.ts'
import { size } from './size.ts'

const data = flat('float32', [1, 2, 3], [1, 1, 0, 1, 0, 1])
const range = (name: string, attrs: { start?: number; end?: number }, expected: number[]) => ({
  name,
  inputs: { data },
  attrs,
  outputs: { shape: flat('int64', [expected.length], expected) },
})

opTest(shape, {
  cases: [
    range('all axes', {}, [1, 2, 3]),
    range('from the end', { start: -1 }, [3]),
    range('up to the end', { end: -1 }, [1, 2]),
    range('between', { start: 1, end: 2 }, [2]),
    range('clamped', { start: -10, end: 10 }, [1, 2, 3]),
    range('nothing', { start: 2, end: 1 }, []),
    { name: 'a scalar', inputs: { data: f32(1) }, outputs: { shape: flat('int64', [0], []) } },
  ],
  symbolic: [
    { name: 'length is the rank', inputs: { data: 'float32[N,3]' }, outputs: ['int64[2]'] },
    { name: 'unknown rank', inputs: { data: 'float32[*]' }, outputs: ['int64[node.rank]'] },
  ],
})

opTest(size, {
  cases: [
    { name: 'counts', inputs: { data }, outputs: { size: i64(6) } },
    { name: 'counts none', inputs: { data: flat('float32', [0, 2], []) }, outputs: { size: i64(0) } },
  ],
  symbolic: [{ name: 'is a scalar', inputs: { data: 'bool[N,2]' }, outputs: ['int64[]'] }],
})
