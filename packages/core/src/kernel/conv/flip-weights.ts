/** Weights of a transposed convolution as those of the convolution that does the same: taps backwards, channels swapped. */
import { i32, load, op } from '../../wasm/index.ts'
import { defineKernel } from '../kernel.ts'

/**
 * From [groups, inputs, outputs, taps] to [groups, outputs, inputs, taps], the last axis turned round; a task is one
 * output of one group.
 */
export const flipWeights = defineKernel({
  key: 'flipWeights',
  params: { w: 'in', y: 'out', inputs: 'i32', outputs: 'i32', taps: 'i32' },
  emit({ f, arg, task }) {
    const group = f.let(op('i32.div_u', task, arg('outputs')))
    const output = f.let(op('i32.rem_u', task, arg('outputs')))
    const tapBytes = f.let(op('i32.shl', arg('taps'), i32(2)))
    const inputs = f.let(arg('inputs'))
    const rows = op('i32.mul', op('i32.mul', group, inputs), arg('outputs'))
    const first = op('i32.mul', op('i32.add', rows, output), tapBytes)
    // The last tap of every row is read first.
    const from = f.let(op('i32.add', arg('w'), op('i32.add', first, op('i32.sub', tapBytes, i32(4)))))
    const to = f.let(op('i32.add', arg('y'), op('i32.mul', op('i32.mul', task, inputs), tapBytes)))
    const stepBytes = f.let(op('i32.mul', tapBytes, arg('outputs')))
    const at = f.local('i32')
    f.repeat(inputs, () => {
      f.set(at, from)
      f.repeat(arg('taps'), () => {
        f.store('f32.store', to, load('f32.load', at))
        f.add(to, 4)
        f.set(at, op('i32.sub', at, i32(4)))
      })
      f.add(from, stepBytes)
    })
  },
})
