import { describe, expect, it } from 'vitest'
import { webAssembly } from '../platform/web-assembly.ts'
import { instructions } from './instructions.ts'
import { moduleBuilder } from './module-builder.ts'
import { extractLane, f32, f32x4, i32, i32x4, i64, load, op, select, shuffle32 } from './operand.ts'
import type { Operand, ValType } from './types.ts'

type Run = (...args: number[]) => number

function runs(build: (m: ReturnType<typeof moduleBuilder>) => void): Readonly<Record<string, Run>> {
  const m = moduleBuilder()
  build(m)
  return new webAssembly.Instance(new webAssembly.Module(m.build())).exports as Record<string, Run> // numbers only
}

/** An operand of a type, for checking encodings. */
const zero: Readonly<Record<ValType, Operand>> = {
  i32: i32(0),
  i64: i64(0n),
  f32: f32(0),
  f64: { type: 'f64', code: [0x44, 0, 0, 0, 0, 0, 0, 0, 0] },
  v128: i32x4(0),
}

describe('moduleBuilder', () => {
  it('counts, branches and calls', () => {
    const { sum, twice } = runs((m) => {
      const add = m.func('sum', ['i32'], 'i32', (f, n) => {
        const [total, i] = [f.local('i32'), f.local('i32')]
        f.for(i, 0, n, 1, () => f.add(total, i))
        return total
      })
      m.export('sum', add)
      m.export(
        'twice',
        m.func('twice', ['i32'], 'i32', (f, n) => op('i32.mul', f.callFor(add, n), i32(2))),
      )
    })
    expect([0, 1, 5, 100].map((n) => sum!(n))).toEqual([0, 0, 10, 4950])
    expect(twice!(5)).toBe(20)
  })

  it('traps', () => {
    const { checked } = runs((m) => {
      m.export(
        'checked',
        m.func('checked', ['i32'], 'i32', (f, n) => {
          f.if(op('i32.gt_u', n, i32(9)), () => f.unreachable())
          return n
        }),
      )
    })
    expect(checked!(9)).toBe(9)
    expect(() => checked!(10)).toThrow(/unreachable/)
  })

  it('repeats, chooses and uses memory', () => {
    const { fill, choose } = runs((m) => {
      m.ownMemory('memory', { initialPages: 1, maximumPages: 1, shared: false })
      m.export(
        'fill',
        m.func('fill', ['i32'], 'i32', (f, n) => {
          const at = f.local('i32')
          f.repeat(n, (left) => {
            f.store('i32.store', at, left, 8)
            f.add(at, 4)
          })
          return load('i32.load', i32(0), 8)
        }),
      )
      m.export(
        'choose',
        m.func('choose', ['i32'], 'i32', (_, c) => select(i32(7), i32(-300), c)),
      )
    })
    expect([fill!(0), fill!(3)]).toEqual([0, 3])
    expect([choose!(1), choose!(0)]).toEqual([7, -300])
  })

  it('moves lanes', () => {
    const { lane } = runs((m) => {
      m.export(
        'lane',
        m.func('lane', [], 'f32', () =>
          extractLane(
            'f32x4.extract_lane',
            op('f32x4.add', f32x4(1.5), shuffle32(f32x4(2), i32x4(0), [0, 4, 1, 5])),
            2,
          ),
        ),
      )
    })
    expect(lane!()).toBe(3.5)
  })

  it('encodes every instruction of the table as the engine knows it', () => {
    const wrong = Object.entries(instructions).filter(([name, { params, result }]) => {
      if (name.includes('relaxed')) return false
      const m = moduleBuilder()
      const operands = params.map((type) => zero[type])
      m.func('probe', [], result, () => {
        const emit = op as (...args: readonly unknown[]) => Operand // any row of the table
        return emit(name, ...operands)
      })
      return !webAssembly.validate(m.build())
    })
    expect(wrong.map(([name]) => name)).toEqual([])
  })

  it('refuses operands of other types where they are emitted', () => {
    const emit = op as (...args: readonly unknown[]) => Operand // what the type checker would refuse
    expect(() => emit('i32.add', i32(1), f32(1))).toThrow(
      'Cannot emit i32.add: it takes (i32, i32), got (i32, f32)',
    )
    expect(() => runs((m) => m.func('f', [], 'i32', () => f32(1) as never))).toThrow(
      'Cannot emit result of f',
    )
    expect(() => extractLane('f32x4.extract_lane', f32x4(0), 4)).toThrow('a lane from 0 to 3, got 4')
  })
})
