import { expect, it } from 'vitest'
import { f32, f64, i32 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { acos } from './acos.ts'
import { acosh } from './acosh.ts'
import { asin } from './asin.ts'
import { asinh } from './asinh.ts'
import { atan } from './atan.ts'
import { atanh } from './atanh.ts'
import { ceil } from './ceil.ts'
import { cos } from './cos.ts'
import { cosh } from './cosh.ts'
import type { AnyOp } from './define.ts'
import { erf } from './erf.ts'
import { exp } from './exp.ts'
import { floor } from './floor.ts'
import { log } from './log.ts'
import { reciprocal } from './reciprocal.ts'
import { round } from './round.ts'
import { sigmoid } from './sigmoid.ts'
import { sin } from './sin.ts'
import { sinh } from './sinh.ts'
import { sqrt } from './sqrt.ts'
import { tan } from './tan.ts'
import { tanh } from './tanh.ts'

const inf = Number.POSITIVE_INFINITY
const { NaN: nan } = Number

/** Operator, inputs, and results to double precision. */
const table: readonly (readonly [AnyOp, readonly number[], readonly number[]])[] = [
  [acos, [0.3, -0.9, 1, 2, nan], [1.2661036727794992, 2.6905658417935308, 0, nan, nan]],
  [acosh, [1.5, 20, 1, 0.5, inf], [0.9624236501192069, 3.6882538673612966, 0, nan, inf]],
  [asin, [0.3, -0.9, 0, -2, nan], [0.3046926540153975, -1.1197695149986342, 0, nan, nan]],
  [asinh, [0.3, -20, 0, inf, nan], [0.2956730475634224, -3.6895038689889055, 0, inf, nan]],
  [atan, [0.3, -20, inf, nan], [0.2914567944778671, -1.5208379310729538, Math.PI / 2, nan]],
  [atanh, [0.3, -0.9, 1, 2, nan], [0.3095196042031117, -1.4722194895832204, inf, nan, nan]],
  [cos, [0.3, -4, 0, inf], [0.955336489125606, -0.6536436208636119, 1, nan]],
  [cosh, [0.3, -4, 0, -inf], [1.0453385141288605, 27.308232836016487, 1, inf]],
  [sin, [0.3, -4, 0, inf], [0.29552020666133955, 0.7568024953079282, 0, nan]],
  [sinh, [0.3, -4, 0, -inf], [0.3045202934471426, -27.289917197127753, 0, -inf]],
  [tan, [0.3, -4, 0, inf], [0.30933624960962325, -1.1578212823495775, 0, nan]],
  [tanh, [0.3, -4, inf, nan], [0.2913126124515909, -0.999329299739067, 1, nan]],
  [exp, [0.3, -4, -inf, nan], [1.3498588075760032, 0.01831563888873418, 0, nan]],
  [log, [0.3, 20, 0, -1, inf], [-1.2039728043259361, 2.995732273553991, -inf, nan, inf]],
  [sqrt, [0.3, 20, 0, -1, inf], [0.5477225575051661, 4.47213595499958, 0, nan, inf]],
  [reciprocal, [0.3, -4, 0, -inf], [10 / 3, -0.25, inf, 0]],
  [erf, [0.3, -2, 0, inf, nan], [0.3286267594591274, -0.9953222650189527, 0, 1, nan]],
  [sigmoid, [0.3, -4, -inf, inf, nan], [0.574442516811659, 0.01798620996209156, 0, 1, nan]],
  [ceil, [1.5, -1.5, -0.2, inf, nan], [2, -1, 0, inf, nan]],
  [floor, [1.5, -1.5, 0.2, -inf, nan], [1, -2, 0, -inf, nan]],
  [round, [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2.3, nan], [0, 2, 2, 0, -2, -2, 2, nan]],
]

for (const [op, given, expected] of table) {
  const [input, output] = [Object.keys(op.inputs)[0]!, Object.keys(op.outputs)[0]!]
  opTest(op, {
    cases: [
      {
        name: 'gives double precision',
        inputs: { [input]: f64(given) },
        outputs: { [output]: f64(expected) },
        tolerance: { relative: 4e-15, absolute: 1e-300 },
      },
      {
        name: 'takes a scalar',
        inputs: { [input]: f32(given[0]!) },
        outputs: { [output]: f32(expected[0]!) },
      },
      { name: 'takes no elements', inputs: { [input]: f32([]) }, outputs: { [output]: f32([]) } },
    ],
    symbolic: [
      { name: 'keeps the shape', inputs: { [input]: 'float16[N,3]' }, outputs: ['float16[N,3]'] },
      { name: 'keeps an unknown rank', inputs: { [input]: 'float32[*]' }, outputs: ['float32[*]'] },
    ],
    random: (g) => ({ inputs: { [input]: g.tensor('float32', g.shape(), { finite: false }) } }),
    invalid: [
      { name: 'integers', inputs: { [input]: i32([1]) }, code: 'SLP-O2', message: `${input} must be one of` },
    ],
  })
}

it('covers operators once', () => expect(new Set(table.map(([op]) => op)).size).toBe(table.length))
