/** Whether Slipway knows every operator, as operators of their own or as functions of the model. */
import { defineStage } from '../define-stage.ts'
import { runtimes } from '../runtimes.ts'
import { verdictOf } from './targets.ts'

export const operators = defineStage({
  name: 'operators',
  about: 'every operator is known, or a function of the model',
  run({ model }) {
    const slipway = runtimes.find(({ name }) => name === 'slipway')!
    return { findings: verdictOf(model.proto(), slipway) }
  },
})
