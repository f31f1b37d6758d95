/** consumed_inputs was a hint about memory. */
import { defineUpgrade } from './define.ts'
import { dropAttributes } from './helpers.ts'

export const abs = defineUpgrade(dropAttributes('Abs', 6, 'consumed_inputs'))
export const add = defineUpgrade(dropAttributes('Add', 6, 'consumed_inputs'))
export const batchNormalization = defineUpgrade(dropAttributes('BatchNormalization', 6, 'consumed_inputs'))
export const ceil = defineUpgrade(dropAttributes('Ceil', 6, 'consumed_inputs'))
export const clip = defineUpgrade(dropAttributes('Clip', 6, 'consumed_inputs'))
export const div = defineUpgrade(dropAttributes('Div', 6, 'consumed_inputs'))
export const dropout = defineUpgrade(dropAttributes('Dropout', 6, 'consumed_inputs'))
export const elu = defineUpgrade(dropAttributes('Elu', 6, 'consumed_inputs'))
export const exp = defineUpgrade(dropAttributes('Exp', 6, 'consumed_inputs'))
export const floor = defineUpgrade(dropAttributes('Floor', 6, 'consumed_inputs'))
export const hardSigmoid = defineUpgrade(dropAttributes('HardSigmoid', 6, 'consumed_inputs'))
export const instanceNormalization = defineUpgrade(
  dropAttributes('InstanceNormalization', 6, 'consumed_inputs'),
)
export const leakyRelu = defineUpgrade(dropAttributes('LeakyRelu', 6, 'consumed_inputs'))
export const log = defineUpgrade(dropAttributes('Log', 6, 'consumed_inputs'))
export const max = defineUpgrade(dropAttributes('Max', 6, 'consumed_inputs'))
export const mean = defineUpgrade(dropAttributes('Mean', 6, 'consumed_inputs'))
export const min = defineUpgrade(dropAttributes('Min', 6, 'consumed_inputs'))
export const mul = defineUpgrade(dropAttributes('Mul', 6, 'consumed_inputs'))
export const neg = defineUpgrade(dropAttributes('Neg', 6, 'consumed_inputs'))
export const pRelu = defineUpgrade(dropAttributes('PRelu', 6, 'consumed_inputs'))
export const reciprocal = defineUpgrade(dropAttributes('Reciprocal', 6, 'consumed_inputs'))
export const relu = defineUpgrade(dropAttributes('Relu', 6, 'consumed_inputs'))
export const sigmoid = defineUpgrade(dropAttributes('Sigmoid', 6, 'consumed_inputs'))
export const sqrt = defineUpgrade(dropAttributes('Sqrt', 6, 'consumed_inputs'))
export const sub = defineUpgrade(dropAttributes('Sub', 6, 'consumed_inputs'))
export const sum = defineUpgrade(dropAttributes('Sum', 6, 'consumed_inputs'))
export const tanh = defineUpgrade(dropAttributes('Tanh', 6, 'consumed_inputs'))
