import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { mixed, one } from '../param.ts'
import { inferStep, runStep, scalarInput } from './shared/optimizer-step.ts'

const trained = ['float32', 'float64'] as const

/**
 * One step of gradient descent with momentum for several tensors at once: V becomes alpha·V + beta·gradient
 * (beta counts as 1 in the first step), and X goes against V or, with Nesterov, against the gradient +
 * alpha·V.
 */
export const momentum = defineOp({
  name: 'Momentum',
  domain: 'ai.onnx.preview.training',
  since: [1],
  types: { T1: trained, T2: ['int64'], T3: trained },
  inputs: { R: one('T1'), T: one('T2'), inputs: mixed('T3', 3) },
  outputs: { outputs: mixed('T3', 2) },
  attrs: {
    norm_coefficient: attr.required.float(),
    beta: attr.required.float(),
    mode: attr.oneOf(['standard', 'nesterov']),
    alpha: attr.required.float(),
  },
  infer: ({ inputs }) => ({ outputs: inferStep(inputs, 3) }),
  reference: ({ R, T, inputs }, { norm_coefficient, beta, mode, alpha }) => {
    const rate = scalarInput(R)
    const share = scalarInput(T) > 0 ? beta : 1
    return {
      outputs: runStep(inputs, 3, ([x, g, v], [xNew, vNew], i) => {
        const gradient = norm_coefficient * x![i]! + g![i]!
        const velocity = alpha * v![i]! + share * gradient
        vNew![i] = velocity
        xNew![i] = x![i]! - rate * (mode === 'nesterov' ? gradient + alpha * velocity : velocity)
      }),
    }
  },
  gradient: none('it is a step of learning itself'),
  lower: { kind: 'kernel' },
})
